"""A search as the page tells it, one file after the other and as slow as it likes: what drivers are compared with.

It shares nothing with `documents/names`, so that a mistake would have to be made twice.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatch
from itertools import product
from typing import NamedTuple
from uuid import UUID

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.access import Access
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.file_type import file_type
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.names import covers
from mosaicfs.model.search import FacetValue, Search, Word
from mosaicfs.model.times import instant

_DAY_US = 86_400_000_000
_SIZES = (("0", 0), ("1..1K", 2**10), ("1K..1M", 2**20), ("1M..100M", 100 * 2**20), ("100M..1G", 2**30))


class Found(NamedTuple):
    """The whole match in its order, with scores."""

    ids: list[str]
    scores: list[float]
    facets: dict[str, list[FacetValue]]


def look_through(documents: Iterable[Document], search: Search, now: int) -> Found:
    """`documents` are winners. `now` is in microseconds."""
    documents = list(documents)
    labels = _labels(documents)
    nouns = dict(_nouns(documents))
    words = [word for word in search.words if word.text]
    wanted = [word for word in words if not word.absent]
    rows: list[tuple[tuple[float | str, ...], str, float, File]] = []
    for doc_id, file in _files(documents):
        scores = [_score(word, file, search.within) for word in wanted]
        absent = any(_score(word, file, search.within) for word in words if word.absent)
        if (
            all(scores)
            and not absent
            and _passes(file, search)
            and _is_labelled(labels(doc_id, file), search)
            and _is_read(nouns, doc_id, search)
        ):
            score = 0.0
            if wanted:
                age = max(0, now - instant(file.mtime)) / _DAY_US
                score = round(sum(scores) / len(scores) + 0.05 * 2 ** (-age / 90), 9)
            rows.append((_key(search, doc_id, file, score, scored=bool(wanted)), doc_id, score, file))
    rows.sort(key=lambda row: row[1])
    rows.sort(key=lambda row: row[0], reverse=search.descending and search.sort != "relevance")
    facets = {str(facet): _counted([_value(facet, file) for _, _, _, file in rows]) for facet in search.facets}
    if "label" in search.facets:
        facets["label"] = _counted([label for _, doc_id, _, file in rows for label in labels(doc_id, file)])
    return Found([doc_id for _, doc_id, _, _ in rows], [score for _, _, score, _ in rows], facets)


def fold(text: str) -> str:
    def simple(char: str) -> str:
        return next((way for way in (char.casefold(), char.lower()) if len(way) == 1), char)

    return unicodedata.normalize("NFC", "".join(map(simple, unicodedata.normalize("NFC", text))))


def fits(glob: str, name: str) -> bool:
    return any(_fits(each, fold(name)) for each in _without_braces(glob))


def _files(documents: Iterable[Document]) -> Iterable[tuple[str, File]]:
    return ((doc_id, noun) for doc_id, noun in _nouns(documents) if isinstance(noun, File))


def _nouns(documents: Iterable[Document]) -> Iterable[tuple[str, object]]:
    for doc in documents:
        try:
            yield doc.id, wire.decode(doc.id, doc.body) if not doc.deleted else None
        except MalformedDocumentError:
            continue


def _labels(documents: Iterable[Document]) -> Callable[[str, File], set[str]]:
    nouns = dict(_nouns(documents))
    rules = [noun for noun in nouns.values() if isinstance(noun, LabelRule) and noun.enabled]

    def labels(doc_id: str, file: File) -> set[str]:
        own = nouns.get(doc_id.replace("file::", "label_file::", 1))
        given = [own.labels] if isinstance(own, LabelAssignment) else []
        for rule in rules:
            of_node = rule.node_id in ("*", file.source.node_id)
            if of_node and rule.path_prefix.endswith("/") and _path(file).startswith(rule.path_prefix):
                given.append(rule.labels)
        return {label for each in given for label in each} if file.status == "active" else set()

    return labels


def _is_labelled(labels: set[str], search: Search) -> bool:
    return (
        labels.issuperset(search.labels)
        and (not search.labels_any or not labels.isdisjoint(search.labels_any))
        and labels.isdisjoint(search.labels_not)
    )


def _is_read(nouns: Mapping[str, object], doc_id: str, search: Search) -> bool:
    access = nouns.get(doc_id.replace("file::", "access::", 1))
    if not isinstance(access, Access):
        return search.accessed_after is None and search.accessed_before is None
    at = instant(access.last_access)
    return (
        not search.never_accessed
        and (search.accessed_after is None or at >= instant(search.accessed_after))
        and (search.accessed_before is None or at < instant(search.accessed_before))
    )


# --- words -------------------------------------------------------------------------------------------------------


def _score(word: Word, file: File, within: str) -> float:
    """0 where the word is not."""
    if word.kind == "glob":
        return 0.5 if fits(word.text, file.name) else 0
    text = fold(word.text)
    score = _score_in_name(text, fold(file.name))
    return score or (0.5 if within == "path" and text in fold(_path(file)) else 0)


def _score_in_name(word: str, name: str) -> float:
    if word not in name:
        return 0
    if word == name:
        return 1.0
    if (ending := _extension(name)) and word == name.removesuffix(f".{ending}"):
        return 0.9
    if name.startswith(word):
        return 0.8
    begins = [at for at in range(1, len(name)) if name.startswith(word, at)]
    return 0.7 if any(_of_word(name[at]) and not _of_word(name[at - 1]) for at in begins) else 0.5


def _of_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def _extension(name: str) -> str:
    stem, _, ending = name.rpartition(".")
    return ending if stem.strip(".") else ""


def _without_braces(glob: str) -> list[str]:
    """Braces that no set and no backslash hides; the outermost first."""
    depth = start = mark = at = 0
    parts: list[str] = []
    while at < len(glob):
        char = glob[at]
        if char == "\\":
            at += 2
            continue
        if char == "[" and (close := glob.find("]", at + 2 + (glob[at + 1 : at + 2] in {"!", "^"}))) >= 0:
            at = close + 1
            continue
        if char == "{":
            depth += 1
            if depth == 1:
                start, mark, parts = at, at + 1, []
        elif char == "," and depth == 1:
            parts.append(glob[mark:at])
            mark = at + 1
        elif char == "}" and depth:
            depth -= 1
            if depth == 0:
                parts.append(glob[mark:at])
                inner = [each for part in parts for each in _without_braces(part)]
                return [glob[:start] + one + rest for one, rest in product(inner, _without_braces(glob[at + 1 :]))]
        at += 1
    return [glob]


def _fits(glob: str, name: str) -> bool:
    """`name` is folded."""
    if not glob:
        return not name
    if glob[0] == "*":
        return any(_fits(glob[1:], name[at:]) for at in range(len(name) + 1))
    if glob[0] == "[" and (close := glob.find("]", 2 + (glob[1:2] in {"!", "^"}))) >= 0:
        return bool(name) and _in_set(glob[1:close], name[0]) and _fits(glob[close + 1 :], name[1:])
    if glob[0] == "\\" and len(glob) > 1:
        return name[:1] == fold(glob[1]) and _fits(glob[2:], name[1:])
    return bool(name) and (glob[0] == "?" or name[0] == fold(glob[0])) and _fits(glob[1:], name[1:])


def _in_set(members: str, char: str) -> bool:
    negated = members[:1] in {"!", "^"}
    members = members[negated:]
    cases = {char, char.upper()}
    held = False
    while members:
        if members[1:2] == "-" and len(members) > 2:
            held |= any(members[0] <= case <= members[2] for case in cases)
            members = members[3:]
        else:
            held |= fold(members[0]) == char
            members = members[1:]
    return held != negated


# --- filters -----------------------------------------------------------------------------------------------------


def _path(file: File) -> str:
    return f"{file.source.export_parent.rstrip('/')}/{file.name}"


def _passes(file: File, search: Search) -> bool:
    changed = instant(file.mtime)
    return (
        (search.status is None or file.status == search.status)
        and (not search.nodes or file.source.node_id in search.nodes)
        and (not search.types or file_type(file.name, file.mime_type) in search.types)
        and (not search.mimes or any(fnmatch(file.mime_type or "", mime) for mime in search.mimes))
        and (not search.extensions or any(_ends(file.name, ending) for ending in search.extensions))
        and (search.size_min is None or file.size >= search.size_min)
        and (search.size_max is None or file.size <= search.size_max)
        and (search.mtime_after is None or changed >= instant(search.mtime_after))
        and (search.mtime_before is None or changed < instant(search.mtime_before))
        and (search.path_prefix is None or covers(search.path_prefix, file.source.export_path))
        and (search.parent is None or file.source.export_parent == search.parent)
    )


def _ends(name: str, ending: str) -> bool:
    name, ending = fold(name), fold(ending)
    if "." in ending:
        return name.endswith(f".{ending}") and len(name) > len(ending) + 1
    return bool(ending) and _extension(name) == ending


# --- order and facets ----------------------------------------------------------------------------------------------


def _key(search: Search, doc_id: str, file: File, score: float, *, scored: bool) -> tuple[float | str, ...]:
    match search.sort:
        case "name":
            return (fold(file.name),)
        case "path":
            return (fold(_path(file)),)
        case "mtime":
            return (instant(file.mtime),)
        case "size":
            return (file.size,)
        case "indexed_at":
            return (_indexed_at(doc_id),)
        case "relevance":
            return (-score, -instant(file.mtime)) if scored else (-instant(file.mtime),)


def _indexed_at(doc_id: str) -> int:
    try:
        uuid = UUID(doc_id.removeprefix("file::"))
    except ValueError:
        return 0
    return uuid.int >> 80 if uuid.int >> 76 & 15 == 7 else 0


def _value(facet: str, file: File) -> str:
    match facet:
        case "node":
            return file.source.node_id
        case "type":
            return file_type(file.name, file.mime_type)
        case "mime":
            return file.mime_type or ""
        case "ext":
            return _extension(fold(file.name))
        case "year":
            return file.mtime[:4]
        case _:
            return next((name for name, most in _SIZES if file.size <= most), "1G..")


def _counted(values: list[str]) -> list[FacetValue]:
    counts = Counter(value for value in values if value)
    return [FacetValue(*each) for each in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:50]]
