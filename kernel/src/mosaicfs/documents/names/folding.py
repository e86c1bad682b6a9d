"""How names compare: in NFC, by simple case folding. Names, words and the literal parts of globs all go through here.

Folding is simple, one code point for one, so that `?` means one character of what a person sees and `ß` stays `ß`.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

SEPARATOR = "\0"
"""Stands between the names of a segment; a name that holds it (no file system has such) holds U+FFFD instead."""


class _Simple(dict[int, str]):
    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = next((each for each in (char.casefold(), char.lower()) if len(each) == 1), char)
        self[code] = folded
        return folded


_simple = _Simple({0: "\ufffd"})


def fold(text: str) -> str:
    if text.isascii() and SEPARATOR not in text:
        return text.lower()
    folded = unicodedata.normalize("NFC", text).translate(_simple)
    return unicodedata.normalize("NFC", folded)


def fold_only(text: str) -> str:
    """Without NFC, for rules that take names as they are stored."""
    return text.lower() if text.isascii() else text.translate(_simple)


@lru_cache(maxsize=4_096)
def is_word_character(char: str) -> bool:
    """Letters, digits, and the marks that belong to them; `_` parts words, as `-` does."""
    return char.isalnum() or unicodedata.category(char)[0] == "M"


def places(name: str) -> list[int]:
    """For each code point of `fold(name)`, and for its end, the place in `name` that it comes from.

    Folding may join code points, so a name is cut where nothing joins and each piece folded by itself.
    """
    folded = fold(name)
    if len(folded) == len(name) and unicodedata.is_normalized("NFC", name):
        return [*range(len(name) + 1)]
    found: list[int] = []
    start = 0
    for end in range(1, len(name) + 1):
        if end == len(name) or _parts(name[start:end], name[end]):
            found += [start] * len(fold(name[start:end]))
            start = end
    return [*found, len(name)]


def _parts(piece: str, following: str) -> bool:
    return unicodedata.combining(following) == 0 and fold(piece + following) == fold(piece) + fold(following)
