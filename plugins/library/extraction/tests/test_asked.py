"""How what a person typed is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs_extraction.engines.asked import Clause, Term, read


def words(*texts: str) -> tuple[Clause, ...]:
    return tuple(Clause((Term(text),)) for text in texts)


READ: dict[str, tuple[Clause, ...]] = {
    "": (),
    "  ": (),
    "quarterly earnings": words("quarterly", "earnings"),
    '"third quarter" report': words("third quarter", "report"),
    "report -draft": (*words("report"), Clause((Term("draft"),), excluded=True)),
    'report -"first draft"': (*words("report"), Clause((Term("first draft"),), excluded=True)),
    "invoice OR receipt": (Clause((Term("invoice"), Term("receipt"))),),
    "2026 invoice OR receipt OR bill": (
        *words("2026"),
        Clause((Term("invoice"), Term("receipt"), Term("bill"))),
    ),
    "name:report path:2026 type:pdf": (
        Clause((Term("report", "name"),)),
        Clause((Term("2026", "path"),)),
        Clause((Term("pdf", "type"),)),
    ),
    'name:"annual report" -type:image': (
        Clause((Term("annual report", "name"),)),
        Clause((Term("image", "type"),), excluded=True),
    ),
    "or not": words("or", "not"),
    "http://example.org": words("http://example.org"),
    "author:ana": words("author:ana"),
    "don't": words("don't"),
    # What cannot be read is plain words.
    '"third quarter': words("third", "quarter"),
    "OR report": words("OR", "report"),
    "report OR": words("report", "OR"),
    "a OR OR b": words("a", "OR", "OR", "b"),
    "a OR -b": words("a", "OR", "b"),
    "- report": words("report"),
    "name:": words("name:"),
    '"" report': words("report"),
    "--- ***": (),
}


@pytest.mark.parametrize("text", READ)
def test_it_is_read_as_it_is_meant(text: str) -> None:
    assert read(text) == READ[text]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60) | st.text(alphabet='ab "-:OR ', max_size=30))
def test_whatever_is_typed_is_read(text: str) -> None:
    for clause in read(text):
        assert clause.alternatives
        assert all(any(each.isalnum() for each in term.text) for term in clause.alternatives)


@given(st.lists(st.from_regex(r"[a-z0-9äß]{1,8}", fullmatch=True), max_size=6))
def test_plain_words_are_themselves(given_words: list[str]) -> None:
    assert read(" ".join(given_words)) == words(*given_words)
