"""The op `regex`: an expression that is found anywhere in the path."""

from __future__ import annotations

import re
from functools import lru_cache

from mosaicfs.model.filing import FileRow
from mosaicfs.tree.steps.engine import BadPatternError, Found, searching, width
from mosaicfs.tree.steps.op import Asked, Op
from mosaicfs.tree.steps.parameters import Parameters

LONGEST = 512
WIDEST = 210
"""Instructions beside plain letters, as `.{200}` has: each may have to be followed at every character of a path."""
_plain_letters = re.compile(r"\\.|\[\]?[^\]]*\]|(?P<letter>[\w /-](?![?*+{|)]))", re.DOTALL).finditer
_is_text = re.compile(r"[^\\^$.|?*+()\[\]{}]*").fullmatch


class Regex(Op):
    def __init__(self, found: Found) -> None:
        self._found = found

    def matches(self, row: FileRow, asked: Asked) -> bool:
        return self._found(row.path)


def read(parameters: Parameters) -> Regex:
    pattern = parameters.text("pattern")
    flags = "".join(sorted(parameters.flags("ims")))
    return Regex(read_expression(parameters, "pattern", pattern, flags))


def read_expression(parameters: Parameters, name: str, expression: str, flags: str = "") -> Found:
    try:
        return compiled(expression, flags)
    except BadPatternError as trouble:
        parameters.fault(name, str(trouble))
        return bool


@lru_cache(maxsize=128)
def compiled(expression: str, flags: str = "") -> Found:
    if len(expression) > LONGEST:
        raise BadPatternError(f"is longer than {LONGEST} characters")
    if not flags and _is_text(expression):
        return lambda text: expression in text
    if width(expression) - sum(part["letter"] is not None for part in _plain_letters(expression)) > WIDEST:
        raise BadPatternError("asks too much of a long path; repeat less, or write several steps")
    try:
        return searching(f"(?{flags}){expression}" if flags else expression)
    except BadPatternError as trouble:
        raise BadPatternError(
            f"cannot be used: {trouble}; write it in the syntax of RE2, without look-around and back-references"
        ) from trouble
