"""The index on disk: what is kept of a file, and how it is found again. All of this blocks.

One process at a time may write. A file that was put is found once it was committed, and stays through a crash from then
on. Words are cut at everything that is no letter or digit, without regard to language, case and accents.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

import structlog
import tantivy
from tantivy import Document, Filter, Occur, Query, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from mosaicfs.errors import SourceUnavailableError
from mosaicfs_extraction.engines.asked import Clause, Term, read
from mosaicfs_search_fulltext import scripts
from mosaicfs_search_fulltext.snippets import MOST_CHARS, around, marked

FORMAT: Final = "1"
"""Of what is kept. An index of another one is thrown away."""
HEAP: Final = 64_000_000
LONGEST_WORD: Final = 64
NAME_BOOST: Final = 2.0

_WORDS, _PAIRS, _RAW = "mosaicfs_words", "mosaicfs_pairs", "raw"
_log = structlog.get_logger(component="fulltext-search")


class Kept(NamedTuple):
    """What the index holds of one file."""

    file_id: str
    name: str
    path: str
    mime_type: str
    mtime: str
    body: str = ""


class Hit(NamedTuple):
    """`score` is 1 for the best of an answer."""

    file_id: str
    score: float
    name: str
    path: str
    fragment: str | None


class Hits(NamedTuple):
    hits: list[Hit]
    total: int


class Index:
    """`was_lost` where there had been one that could not be read: what it held has to be put again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema = _schema()
        self._words = _words()
        self._index, self.was_lost = self._opened()
        self._writer: tantivy.IndexWriter | None = None

    def _opened(self) -> tuple[tantivy.Index, bool]:
        mark, place = self._folder / "format", self._folder / "index"
        was_there = mark.exists() or place.exists()
        if was_there and _content(mark) == FORMAT and place.exists():
            try:
                return self._open(place), False
            except (ValueError, OSError, RuntimeError) as trouble:
                _log.warning("index cannot be read and is begun anew", cause=str(trouble).split("\n")[0][:200])
        if was_there:
            self._throw_all_away()
        place.mkdir(parents=True, mode=0o700)
        index = self._open(place)
        mark.write_text(FORMAT, encoding="ascii")
        return index, was_there

    def _throw_all_away(self) -> None:
        """With the file by which the runner of events knows that we have seen them: it brings them all again."""
        for each in self._folder.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()

    def _open(self, place: Path) -> tantivy.Index:
        index = tantivy.Index(self._schema, str(place), reuse=True)
        index.register_tokenizer(_WORDS, self._words)
        index.register_tokenizer(_PAIRS, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
        index.config_reader("manual")
        index.reload()
        return index

    # --- writing ---------------------------------------------------------------------------------------------------

    def put(self, kept: Kept) -> None:
        """In place of what was there of that file."""
        writer = self._writing()
        writer.delete_documents_by_term("file_id", kept.file_id)
        names = unicodedata.normalize("NFC", kept.name)
        document = Document()
        document.add_text("file_id", kept.file_id)
        document.add_text("name", names)
        document.add_text("path", unicodedata.normalize("NFC", kept.path))
        document.add_text("body", kept.body)
        document.add_text("grams", f"{scripts.grams(kept.body)} {scripts.grams(names)}".strip())
        document.add_text("mime_type", f"{kept.mime_type} {kept.name.rpartition('.')[2]}")
        document.add_text("mtime", kept.mtime)
        writer.add_document(document)

    def remove(self, file_id: str) -> None:
        self._writing().delete_documents_by_term("file_id", file_id)

    def commit(self) -> None:
        """What was put and removed is on disk and found after this."""
        if self._writer is not None:
            self._writer.commit()
            self._index.reload()

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            try:
                self._writer = self._index.writer(HEAP, 1)
            except ValueError as locked:
                cause = f"another process writes it ({str(locked)[:100]})"
                raise SourceUnavailableError("The full-text index", cause) from None
        return self._writer

    def close(self) -> None:
        """What was not committed is gone."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.rollback()
            writer.wait_merging_threads()

    # --- asking ----------------------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """In files."""
        return self._index.searcher().num_docs

    @property
    def bytes_on_disk(self) -> int:
        return sum(each.stat().st_size for each in (self._folder / "index").iterdir())

    def search(self, text: str, limit: int) -> Hits:
        """The best first."""
        clauses = read(unicodedata.normalize("NFC", text))
        query = self._query(clauses)
        if query is None:
            return Hits([], 0)
        searcher = self._index.searcher()
        found = searcher.search(query, limit, count=True)
        best = max((score for score, _ in found.hits), default=1.0) or 1.0
        snippets = tantivy.SnippetGenerator.create(searcher, query, self._schema, "body")
        snippets.set_max_num_chars(MOST_CHARS)
        spaceless = [run for clause in clauses if not clause.excluded for run in _runs_of(clause)]
        hits = [self._hit(searcher.doc(at), score / best, snippets, spaceless) for score, at in found.hits]
        return Hits(hits, int(found.count))  # type: ignore[attr-defined]  # its stub forgot it

    def _hit(self, document: Document, score: float, snippets: tantivy.SnippetGenerator, spaceless: list[str]) -> Hit:
        snippet = snippets.snippet_from_doc(document)
        ranges = [(each.start, each.end) for each in snippet.highlighted()]
        fragment = marked(snippet.fragment(), ranges) if ranges else around(_first(document, "body"), spaceless)
        file_id, name, path = (_first(document, field) for field in ("file_id", "name", "path"))
        return Hit(file_id, score, name, path, fragment)

    def _query(self, clauses: tuple[Clause, ...]) -> Query | None:
        """None where nothing is asked for."""
        parts: list[tuple[Occur, Query]] = []
        for clause in clauses:
            each = [query for term in clause.alternatives if (query := self._term(term)) is not None]
            if each:
                any_of = Query.boolean_query([(Occur.Should, query) for query in each])
                parts.append((Occur.MustNot if clause.excluded else Occur.Must, any_of))
        if parts and all(occur is Occur.MustNot for occur, _ in parts):
            parts.append((Occur.Must, Query.all_query()))
        return Query.boolean_query(parts) if parts else None

    def _term(self, term: Term) -> Query | None:
        match term.field:
            case "name" | "path":
                return _all_of([*self._side_by_side(term.field, term.text), *self._within(term.field, term.text)])
            case "type":
                return _all_of(self._side_by_side("mime_type", term.text))
        anywhere = [self._in_body(term.text), self._boosted_name(term.text)]
        found = [(Occur.Should, query) for query in anywhere if query is not None]
        return Query.boolean_query(found) if found else None

    def _in_body(self, text: str) -> Query | None:
        return _all_of([*self._side_by_side("body", text), *(self._pairs(run) for run in scripts.runs(text))])

    def _boosted_name(self, text: str) -> Query | None:
        query = _all_of(self._side_by_side("name", text)) if not scripts.has_runs(text) else None
        return None if query is None else Query.boost_query(query, NAME_BOOST)

    def _side_by_side(self, field: str, text: str) -> list[Query]:
        words = self._words.analyze(scripts.without_runs(text))
        if not words:
            return []
        if len(words) == 1:
            return [Query.term_query(self._schema, field, words[0], "freq")]
        return [Query.phrase_query(self._schema, field, list(words))]

    def _pairs(self, run: str) -> Query:
        pairs = scripts.pairs(run)
        if len(run) == 1:
            return Query.regex_query(self._schema, "grams", f"{run}.?|.{run}")
        if len(pairs) == 1:
            return Query.term_query(self._schema, "grams", pairs[0], "freq")
        return Query.phrase_query(self._schema, "grams", list(pairs))

    def _within(self, field: str, text: str) -> Iterable[Query]:
        return (Query.regex_query(self._schema, field, f".*{run}.*") for run in scripts.runs(text))


def _schema() -> Schema:
    """`body` is kept too, for the line that is shown; of `mtime` nothing is searched."""
    return (
        SchemaBuilder()
        .add_text_field("file_id", stored=True, tokenizer_name=_RAW, index_option="basic")
        .add_text_field("name", stored=True, tokenizer_name=_WORDS)
        .add_text_field("path", stored=True, tokenizer_name=_WORDS)
        .add_text_field("body", stored=True, tokenizer_name=_WORDS)
        .add_text_field("grams", tokenizer_name=_PAIRS)
        .add_text_field("mime_type", tokenizer_name=_WORDS)
        .add_text_field("mtime", stored=True, tokenizer_name=_RAW, index_option="basic")
        .build()
    )


def _words() -> TextAnalyzer:
    """The engine counts bytes in front of its folding, so a long word in another script is dropped a little sooner."""
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.remove_long(LONGEST_WORD + 1))
        .build()
    )


def _all_of(queries: list[Query]) -> Query | None:
    if len(queries) < 2:
        return queries[0] if queries else None
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _runs_of(clause: Clause) -> list[str]:
    return [run for term in clause.alternatives for run in scripts.runs(term.text)]


def _first(document: Document, name: str) -> str:
    return str(document.get_first(name) or "")


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
