"""Globs on names, taken apart: braces multiplied out, then what stands between the stars.

`*` is any run, `?` one character, `[a-z]` and `[!a]` one of a set, `{a,b}` either, `\\x` the character x. What is not
closed stands for itself. Names are compared folded, so literal parts are folded here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from mosaicfs.documents.names.folding import fold
from mosaicfs.errors import BadQueryError

LONGEST = 1_000
MOST_ALTERNATIVES = 256
DEEPEST = 32


class Literal(NamedTuple):
    char: str


class AnyOne(NamedTuple):
    """`?`"""


class OneOf(NamedTuple):
    ranges: tuple[tuple[str, str], ...]
    negated: bool

    def accepts(self, char: str) -> bool:
        """`char` is folded; a range holds it when it holds it in any case."""
        cases = {case for case in (char, char.upper(), char.title()) if len(case) == 1}
        held = any(low <= case <= high for low, high in self.ranges for case in cases)
        return (held or any(char == fold(low) for low, high in self.ranges if low == high)) != self.negated


Atom: TypeAlias = Literal | AnyOne | OneOf
Run: TypeAlias = tuple[Atom, ...]
Alternative: TypeAlias = tuple[Run, ...]
"""What stands before, between and after the stars; one run where there is no star."""

_parts = re.compile(
    r"\\(?P<escaped>.)|\[(?P<negated>[!^]?)(?P<set>\]?[^\]]*)\]|(?P<stars>\*+)|(?P<any>\?)|(?P<plain>.)", re.DOTALL
).finditer
_braces = re.compile(r"\\.|\[[!^]?\]?[^\]]*\]|[{},]|[^\\\[{},]+|.", re.DOTALL).findall
_members = re.compile(r"(?P<low>.)-(?P<high>.)|(?P<one>.)", re.DOTALL).finditer


@lru_cache(maxsize=256)
def alternatives(glob: str) -> tuple[Alternative, ...]:
    """`BadQueryError` for one that is too long, or whose braces mean too many patterns."""
    if len(glob) > LONGEST:
        raise BadQueryError("bad_arg", f"The pattern {glob[:40]!r}… is longer than {LONGEST} characters.")
    return tuple(dict.fromkeys(_alternative(each) for each in dict.fromkeys(expanded(glob))))


def _alternative(glob: str) -> Alternative:
    runs: list[list[Atom]] = [[]]
    literal = ""
    for part in _parts(glob):
        if char := part["escaped"] or part["plain"]:
            literal += char
            continue
        runs[-1] += map(Literal, fold(literal))
        literal = ""
        if part["stars"]:
            runs.append([])
        else:
            runs[-1].append(AnyOne() if part["any"] else _set(part["set"], negated=bool(part["negated"])))
    runs[-1] += map(Literal, fold(literal))
    return tuple(map(tuple, runs))


def _set(members: str, *, negated: bool) -> OneOf:
    found = _members(members)
    return OneOf(tuple((m["one"] or m["low"], m["one"] or m["high"]) for m in found), negated)


# --- braces ------------------------------------------------------------------------------------------------------


def expanded(glob: str) -> list[str]:
    """Braces multiplied out, nothing else; `BadQueryError` where they mean too many patterns."""
    tokens = _braces(glob)
    closing = _pairs(tokens)
    return _product(glob, tokens, closing, 0, len(tokens))


def _pairs(tokens: list[str]) -> dict[int, int]:
    """Where the brace that opens at a place closes; one that does not stands for itself."""
    opened: list[int] = []
    found: dict[int, int] = {}
    for place, part in enumerate(tokens):
        if part == "{":
            opened.append(place)
            if len(opened) > DEEPEST:
                raise BadQueryError("bad_arg", f"A pattern opens more than {DEEPEST} braces inside each other.")
        elif part == "}" and opened:
            found[opened.pop()] = place
    return found


def _product(glob: str, tokens: list[str], closing: dict[int, int], start: int, end: int) -> list[str]:
    made = [""]
    place = start
    while place < end:
        if place in closing:
            choices = [
                each
                for low, high in _choices(tokens, closing, place + 1, closing[place])
                for each in _product(glob, tokens, closing, low, high)
            ]
            place = closing[place]
        else:
            choices = [tokens[place]]
        if len(made) * len(choices) > MOST_ALTERNATIVES:
            raise BadQueryError("bad_arg", f"The braces of {glob[:40]!r} mean more than {MOST_ALTERNATIVES} patterns.")
        made = [before + after for before in made for after in choices]
        place += 1
    return made


def _choices(tokens: list[str], closing: dict[int, int], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts between the commas of one pair of braces, not of those inside."""
    place = low = start
    while place < end:
        if tokens[place] == ",":
            yield low, place
            low = place + 1
        place = closing.get(place, place) + 1
    yield low, end
