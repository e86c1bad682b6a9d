"""Scripts that put no spaces between words, for which pairs of characters stand in place of words.

What is between two characters of such a run is found by its pairs, in order. Marks that belong to the letter before
them stay with it in the run, for they carry meaning in Thai, Lao and Khmer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SPACELESS = (
    "\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Kana
    "\u2e80-\u2fd5\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai
    "\u0e81-\u0ebd\u0ec0-\u0ecd\u0edc-\u0edf"  # Lao
    "\u1780-\u17d3\u17d7\u17dc\u17dd"  # Khmer
)
_run = re.compile(f"[{_SPACELESS}]+")


def runs(text: str) -> Iterator[str]:
    return (found.group() for found in _run.finditer(text))


def has_runs(text: str) -> bool:
    return _run.search(text) is not None


def without_runs(text: str) -> str:
    return _run.sub(" ", text)


def pairs(run: str) -> list[str]:
    """A single character is its own pair."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def grams(text: str) -> str:
    """All pairs of a text, in order, with spaces between, and one more between runs, so that no pair spans two."""
    if text.isascii():
        return ""
    return " ".join(" ".join(pairs(run)) for run in runs(text))
