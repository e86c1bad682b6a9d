"""Patterns that a person types to find a file by its name: in any case, and never more than linear time.

The richer patterns of rules, which look at whole paths, are the tree's.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol

Match = Literal["substring", "glob", "regex"]
LONGEST = 512


class NamePattern(NamedTuple):
    r"""`glob` fits the whole name and knows `*`, `?`, `[a-z]`, `[!a]` and `\x`; `regex` (RE2) is found anywhere."""

    text: str
    match: Match = "substring"

    def fits(self, name: str) -> bool:
        if self.match == "substring":
            return self.text.casefold() in name.casefold()
        return _compiled(self).search(name) is not None


class BadPatternError(ValueError):
    """Whoever takes patterns from people tries them before asking a store."""

    def __init__(self, pattern: NamePattern, trouble: str) -> None:
        super().__init__(f"The {pattern.match} {pattern.text[:60]!r} cannot be used: {trouble}.")


class _Compiled(Protocol):
    def search(self, text: str) -> object: ...


@lru_cache(maxsize=64)
def _compiled(pattern: NamePattern) -> _Compiled:
    import re2  # noqa: PLC0415 - a native library that only a search by pattern needs

    if len(pattern.text) > LONGEST:
        raise BadPatternError(pattern, f"it is longer than {LONGEST} characters")
    options = re2.Options()
    options.case_sensitive = False
    options.dot_nl = True
    options.log_errors = False
    try:
        found: _Compiled = re2.compile(_from_glob(pattern.text) if pattern.match == "glob" else pattern.text, options)
    except re2.error as trouble:
        raise BadPatternError(pattern, str(trouble)) from trouble
    return found


_glob_parts = re.compile(
    r"\\(?P<literal>.)|\[(?P<negated>[!^]?)(?P<set>\]?[^\]]*)\]|(?P<wild>[*?])|(?P<plain>.)", re.DOTALL
).finditer


def _from_glob(text: str) -> str:
    return rf"\A(?:{''.join(map(_as_regex, _glob_parts(text)))})\z"


def _as_regex(part: re.Match[str]) -> str:
    if part["wild"]:
        return ".*" if part["wild"] == "*" else "."
    if part["set"]:
        members = re.sub(r"([\[\]\\^])", r"\\\1", part["set"])
        return f"[{'^' if part['negated'] else ''}{members}]"
    return re.escape(part["literal"] or part["plain"] or part[0])
