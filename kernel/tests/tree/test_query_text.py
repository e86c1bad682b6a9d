"""What people type is read as the page says, and what cannot be read is refused with the term named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.search import Search, Word
from mosaicfs.model.step import Step
from mosaicfs.tree.query_text import BadTermError, Match, read_query, read_search
from mosaicfs.tree.steps import compile_steps

NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z


def read(text: str, match: Match = "auto") -> Search:
    return read_query(text, match, clock=lambda: NOW)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("  ", ()),
        ("report", (Word("report"),)),
        ("my  report ", (Word("my"), Word("report"))),
        ('"my report" x', (Word("my report"), Word("x"))),
        ('"never closed', (Word("never closed"),)),
        ('"*.pdf"', (Word("*.pdf"),)),
        ("-draft", (Word("draft", absent=True),)),
        ('-"a draft"', (Word("a draft", absent=True),)),
        ("a - b", (Word("a"), Word("-"), Word("b"))),
        ("*.pdf", (Word("*.pdf", "glob"),)),
        ("-IMG_????.jpg", (Word("IMG_????.jpg", "glob", absent=True),)),
        ("{a,b} [c]", (Word("{a,b}", "glob"), Word("[c]", "glob"))),
        ("12:30 a=b.txt :x", (Word("12:30"), Word("a=b.txt"), Word(":x"))),
        ('"label:x"', (Word("label:x"),)),
        ("-ext:pdf", (Word("?*.pdf", "glob", absent=True),)),
    ],
)
def test_words(text: str, words: tuple[Word, ...]) -> None:
    assert read(text) == Search(words=words)


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("ext:pdf", Search(extensions=("pdf",))),
        ("EXT=.PDF", Search(extensions=("PDF",))),
        ("ext:pdf ext:pdf", Search(extensions=("pdf",))),
        ("ext:gz ext:tar.gz", Search(extensions=("gz",), words=(Word("?*.tar.gz", "glob"),))),
        ("type:image", Search(types=("image",))),
        ("mime:image/*", Search(mimes=("image/*",))),
        ("node:nas", Search(nodes=("nas",))),
        ('node:"My laptop"', Search(nodes=("My laptop",))),
        ("label:work", Search(labels=("work",))),
        ('label:work -label=old label:"q 3" label:work', Search(labels=("work", "q 3"), labels_not=("old",))),
        ("label:u\u0308", Search(labels=("ü",))),
        ("size:>10M", Search(size_min=10 << 20)),
        ("size:<1.5k", Search(size_max=1536)),
        ("size:1M..5M size:>2M", Search(size_min=2 << 20, size_max=5 << 20)),
        ("size:7", Search(size_min=7, size_max=7)),
        ("-size:<1K", Search(size_min=1025)),
        ("age:<30d", Search(mtime_after="2025-12-02T00:00:00.000000Z")),
        ("age:>1y", Search(mtime_before="2025-01-01T00:00:00.000001Z")),
        (
            "age:1h..2w",
            Search(mtime_after="2025-12-18T00:00:00.000000Z", mtime_before="2025-12-31T23:00:00.000001Z"),
        ),
        ("-age:<1d", Search(mtime_before="2025-12-30T23:59:59.000001Z")),
        ("cat ext:jpg", Search(words=(Word("cat"),), extensions=("jpg",))),
    ],
)
def test_filters(text: str, search: Search) -> None:
    assert read(text) == search


def test_a_negated_type_leaves_the_others() -> None:
    assert set(read("-type:image -type:video").types) == {
        "audio", "document", "text", "code", "archive", "email", "font", "app", "other",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "label:",
        "label:a\x07",
        'label:" a"',
        "seen:never",
        "path:/x/*",
        "note:exif/model",
        "replicated:nas",
        "places:<2",
        "http://x",
        "größe:5",
        "ext:",
        "ext:a/b",
        "type:picture",
        "type:image type:video",
        "mime:image",
        "-mime:image/*",
        "node:",
        "node:a node:b",
        "size:big",
        "size:5..1",
        "size:<1..2",
        "-size:1..2",
        "age:>5",
        "a/*.pdf",
        "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
        "{" * 40,
    ],
)
def test_what_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(BadTermError) as refused:
        read(text)
    assert refused.value.term in text
    assert refused.value.term in str(refused.value)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("path:/x/*.pdf", Step(op="glob", unknown={"pattern": "/x/*.pdf"})),
        ("-path:**/old/**", Step(op="glob", unknown={"pattern": "**/old/**"}, invert=True)),
        ("seen:<7d", Step(op="access_age", unknown={"max_days": 7, "missing": "exclude"})),
        ("seen:>48h", Step(op="access_age", unknown={"min_days": 2, "missing": "include"})),
        ("seen:1w..2w", Step(op="access_age", unknown={"min_days": 7, "max_days": 14, "missing": "exclude"})),
        ("-seen:<7d", Step(op="access_age", unknown={"max_days": 7, "missing": "exclude"}, invert=True)),
        ("seen:never", Step(op="access_age", unknown={"min_days": 0, "missing": "exclude"}, invert=True)),
        ("-seen:never", Step(op="access_age", unknown={"min_days": 0, "missing": "exclude"})),
        ("replicated:nas", Step(op="replicated", unknown={"target_name": "nas"})),
        ("note:exif/a.b", Step(op="annotation", unknown={"plugin_name": "exif", "key": "a.b"})),
        ('note:"exif/m=X Y"', Step(op="annotation", unknown={"plugin_name": "exif", "key": "m", "value": "X Y"})),
        ("note:exif/m~^a=b$", Step(op="annotation", unknown={"plugin_name": "exif", "key": "m", "regex": "^a=b$"})),
    ],
)
def test_a_search_directory_asks_steps_for_what_no_index_knows(text: str, step: Step) -> None:
    assert read_search(f"cat {text} ext:jpg") == (Search(words=(Word("cat"),), extensions=("jpg",)), (step,))
    assert compile_steps([step]).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "path:",
        "path:" + "{a,b}" * 9,
        "path:" + "x" * 1_001,
        "seen:<12h",
        "seen:soon",
        "seen:",
        "replicated:",
        "note:exif",
        "note:Exif/x",
        "note:exif/m~(",
        "note:exif/m~(?=x)",
        "places:1",
        "copies:>=3",
        "unreachable:true",
        "größe:5",
    ],
)
def test_a_search_directory_names_what_it_cannot_read(text: str) -> None:
    with pytest.raises(BadTermError) as refused:
        read_search(text)
    assert refused.value.term in text


def test_too_much_is_refused() -> None:
    for text in ("x" * 4_097, "a " * 65):
        with pytest.raises(BadTermError):
            read(text)
    assert len(read("a " * 64).words) == 64


def test_the_whole_text_may_be_one_word() -> None:
    assert read('-a "b" ext:c', "substring") == Search(words=(Word('-a "b" ext:c'),))
    assert read("-a *.c", "glob") == Search(words=(Word("-a *.c", "glob"),))


PARTS = st.sampled_from(
    ["ext", "type", "size", "age", "node", "mime", "label", ":", "=", "-", '"', " ", "*", "[", "]", "{", "}", ",", "\\",
     "<", ">", "..", "1", "5M", "30d", "image", "a", "ß", "/", "\0", "9" * 30]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(PARTS, max_size=12).map("".join)), st.sampled_from(["auto", "glob"]))
def test_any_text_is_read_or_refused(text: str, match: Match) -> None:
    try:
        search = read(text, match)
    except BadTermError:
        return
    # A whole text that is one glob need not be a search of terms.
    assert match != "auto" or read_search(text, clock=lambda: NOW) == (search, ())
    assert all(word.text or match == "glob" for word in search.words)
    assert search.size_min is None or search.size_min >= 0
