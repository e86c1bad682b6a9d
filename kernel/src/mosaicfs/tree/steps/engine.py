"""Regular expressions by RE2: in time that is linear in the text, whatever the expression is.

Text is compared as UTF-8. A lone surrogate stands for a byte that was no UTF-8 and counts as one character.
"""

from __future__ import annotations

from collections.abc import Callable

import re2

MOST_MEMORY = 1 << 20
MOST_INSTRUCTIONS = 10_000
"""A class of all letters is a thousand."""
Found = Callable[[str], bool]


class BadPatternError(ValueError):
    """The message says what is wrong, to stand behind the name of the field."""


def searching(expression: str, *, ignoring_case: bool = False) -> Found:
    """Tells whether the expression is found anywhere in a text."""
    search = _compiled(expression, ignoring_case).search

    def found(text: str) -> bool:
        return search(_encoded(text)) is not None

    return found


def fitting(expression: str, *, ignoring_case: bool = False) -> Found:
    """Tells whether the expression fits the whole of a text."""
    match = _compiled(expression, ignoring_case).fullmatch

    def fits(text: str) -> bool:
        return match(_encoded(text)) is not None

    return fits


def width(expression: str) -> int:
    """Instructions where each character is one byte, and any is one: a measure of the work for each character."""
    options = _options(ignoring_case=False)
    options.encoding = re2.Options.Encoding.LATIN1
    options.dot_nl = True
    narrow = "".join(char if char.isascii() else "x" for char in expression)
    try:
        return int(re2.compile(narrow.encode(), options).programsize)
    except re2.error:
        return 0


def _compiled(expression: str, ignoring_case: bool) -> re2._Regexp:
    try:
        compiled = re2.compile(_encoded(expression), _options(ignoring_case))
    except re2.error as trouble:
        raise BadPatternError(_said(trouble)) from trouble
    if compiled.programsize > MOST_INSTRUCTIONS:
        raise BadPatternError("it names too many different characters too often")
    return compiled


def _options(ignoring_case: bool) -> re2.Options:
    options = re2.Options()
    options.max_mem = MOST_MEMORY
    options.case_sensitive = not ignoring_case
    options.never_capture = True
    options.log_errors = False
    return options


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _said(trouble: re2.error) -> str:
    said = trouble.args[0]
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
