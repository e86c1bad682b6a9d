"""The line that is shown with a hit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs_search_fulltext.scripts import grams, pairs, runs
from mosaicfs_search_fulltext.snippets import MARK, MOST_CHARS, around, marked

TEXT = st.text(alphabet="aä東𝕏 \n", max_size=200)


def test_ranges_are_bytes_and_become_characters() -> None:
    text = "Äpfel und Öl"
    start = len("Äpfel und ".encode())
    assert marked(text, [(start, start + len("Öl".encode()))]) == "Äpfel und **Öl**"


def test_white_space_is_one_space() -> None:
    assert marked("one\n\n  two", []) == "one two"


@given(st.lists(TEXT, max_size=6))
def test_marks_stand_where_the_engine_says(parts: list[str]) -> None:
    """Every second part is marked."""
    ranges, at = [], 0
    for number, part in enumerate(parts):
        size = len(part.encode())
        if number % 2:
            ranges.append((at, at + size))
        at += size
    expected = "".join(f"{MARK}{part}{MARK}" if number % 2 else part for number, part in enumerate(parts))
    assert marked("".join(parts), ranges) == " ".join(expected.split())


@given(TEXT, st.text(alphabet="東京", min_size=1, max_size=200), TEXT)
def test_a_run_is_shown_with_what_stands_around_it(before: str, run: str, after: str) -> None:
    shown = around(before + run + after, ["absent", run])
    assert shown is not None
    assert run[:MOST_CHARS] in shown
    assert len(shown) <= MOST_CHARS + 2 * len(MARK)


def test_what_does_not_occur_shows_nothing() -> None:
    assert around("text", ["東"]) is None


@given(st.text(alphabet="東京都", min_size=1, max_size=20))
def test_pairs_of_a_run_hold_it_all(run: str) -> None:
    found = pairs(run)
    assert found[0][0] + "".join(each[1:] for each in found) == run
    assert grams(f"x {run} y").split() == found


def test_runs_are_of_scripts_without_spaces_alone() -> None:
    assert list(runs("東京都 tower ภาษาไทย 한국어 ភាសា ລາວ カタカナ")) == [
        "東京都",
        "ภาษาไทย",
        "ភាសា",
        "ລາວ",
        "カタカナ",
    ]
