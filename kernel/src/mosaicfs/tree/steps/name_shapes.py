"""Which names fit one component of a glob: by its ending, beginning or middle where that is all there is to it.

Only what has more to it is translated for the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mosaicfs.documents.names.folding import fold_only
from mosaicfs.tree.steps.engine import Found, fitting


@dataclass(frozen=True, slots=True)
class Literal:
    char: str


@dataclass(frozen=True, slots=True)
class Wild:
    """`*`, `?`, or the expression of a set."""

    what: str


Component: TypeAlias = "tuple[Literal | Wild, ...]"

_RUN = Wild("*")


def is_plain(component: Component) -> bool:
    """Literals and stars alone, which are compared without an engine."""
    return all(isinstance(token, Literal) or token == _RUN for token in component)


def effort(component: Component) -> tuple[int, int]:
    """How many places of the pattern may have to be followed at once: those of wildcards, those of letters.

    What stands before the first star has one place only, and so has what stands behind the last wildcard.
    """
    if _RUN not in component:
        return 0, 0
    inside = list(component[component.index(_RUN) + 1 :])
    while inside and isinstance(inside[-1], Literal):
        inside.pop()
    if inside[-1:] == [_RUN]:
        inside.pop()
    letters = sum(isinstance(token, Literal) for token in inside)
    pairs = zip([_RUN, *inside], inside, strict=False)
    wild = sum(1 if _RUN in pair else 2 for pair in pairs if isinstance(pair[1], Wild))
    return wild, letters


def expression(component: Component, run: str = "[^/]*") -> str:
    """`run` is what a `*` becomes; where no `/` can stand, any bytes are far cheaper."""
    expressions = {"*": run, "?": "[^/]"}
    return "".join(
        expressions.get(token.what, token.what) if isinstance(token, Wild) else _escaped(token.char)
        for token in component
    )


def _escaped(char: str) -> str:
    return char if char.isascii() and char.isalnum() else rf"\x{{{ord(char):x}}}"


def names_that_fit(components: Sequence[Component], *, ignoring_case: bool) -> Found:
    found: list[Found] = []
    if shapes := [_runs(each) for each in components if is_plain(each)]:
        found.append(_in_any_case(shapes) if ignoring_case else _by_shape(shapes))
    if wild := [expression(each, run=r"\C*") for each in components if not is_plain(each)]:
        found.append(fitting("|".join(wild), ignoring_case=ignoring_case))
    return _either(found)


# --- without an engine -------------------------------------------------------------------------------------------

_Runs: TypeAlias = "tuple[str, ...]"
"""What stands before, between and after the stars; one run where there is no star."""


def _runs(component: Component) -> _Runs:
    """Of a plain one."""
    runs = [""]
    for token in component:
        if isinstance(token, Literal):
            runs[-1] += token.char
        else:
            runs.append("")
    return tuple(runs)


def _in_any_case(shapes: Sequence[_Runs]) -> Found:
    fits = _by_shape([tuple(map(fold_only, shape)) for shape in shapes])
    return lambda name: fits(fold_only(name))


def _by_shape(shapes: Sequence[_Runs]) -> Found:
    """`str.endswith` and `str.startswith` take many at once, so each kind is one question."""
    found: list[Found] = []
    if whole := frozenset(shape[0] for shape in shapes if len(shape) == 1):
        found.append(whole.__contains__)
    if endings := tuple(shape[1] for shape in shapes if len(shape) == 2 and not shape[0]):
        found.append(lambda name: name.endswith(endings))
    if beginnings := tuple(shape[0] for shape in shapes if len(shape) == 2 and shape[0] and not shape[1]):
        found.append(lambda name: name.startswith(beginnings))
    found += [_in_order(*shape) for shape in shapes if len(shape) > 2 or (len(shape) == 2 and shape[0] and shape[1])]
    return _either(found)


def _in_order(first: str, *rest: str) -> Found:
    """Each part is taken as early as it comes, which leaves the most to the others."""
    *middle, last = rest
    shortest = len(first) + len(last)

    def fits(name: str) -> bool:
        if len(name) < shortest or not name.startswith(first) or not name.endswith(last):
            return False
        place, end = len(first), len(name) - len(last)
        for part in middle:
            place = name.find(part, place, end)
            if place < 0:
                return False
            place += len(part)
        return True

    return fits


def _either(found: Sequence[Found]) -> Found:
    if len(found) == 1:
        return found[0]
    return lambda name: any(each(name) for each in found)
