"""Excluding patterns as linear-time regular expressions, in the dialect that rules of the tree use too.

A pattern without `/` is about a name; one with `/` is about a whole path, of which `**/name` and `**/name/**` are
about names again. That is most of them, and names are what a walk can judge cheaply. Pure: text in, text out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

LONGEST = 1_000
MOST_BRACES = 256

DEFAULT_EXCLUDES = (
    "**/.Trash*/**",
    "**/$RECYCLE.BIN/**",
    "**/System Volume Information/**",
    "**/lost+found/**",
    "**/.cache/**",
    "**/node_modules/**",
    "**/__pycache__/**",
    "**/.git/objects/**",
    "**/.DS_Store",
    "**/Thumbs.db",
    "**/desktop.ini",
    "**/~$*",
    "**/.~lock.*#",
    "**/*.{part,crdownload,partial,swp}",
)


class BadGlobError(ValueError):
    def __init__(self, pattern: str, trouble: str) -> None:
        super().__init__(f"The pattern {pattern[:60]!r} cannot be used: {trouble}.")


class Patterns(NamedTuple):
    """Regular expressions without anchors: of names of anything, of names of folders, and of whole paths.

    `inside` are paths of which only what lies inside is meant, so a folder there can be left out as a whole. `last` are
    the names that something needs to have to fit one of the paths.
    """

    names: tuple[str, ...] = ()
    folder_names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


def patterns(globs: Iterable[str]) -> Patterns:
    found: dict[str, list[str]] = {"names": [], "folder_names": [], "paths": [], "inside": [], "last": []}
    for glob in globs:
        if len(glob) > LONGEST:
            raise BadGlobError(glob, f"it is longer than {LONGEST} characters")
        for single in expanded(glob):
            kind, text = _sorted_out(single)
            found[kind].append(text)
            if kind in ("paths", "inside"):
                found["last"].append(_component(single.removesuffix("/**").rpartition("/")[2]))
    return Patterns(**{kind: tuple(texts) for kind, texts in found.items()})


def _sorted_out(glob: str) -> tuple[str, str]:
    if "/" not in glob:
        return "names", _component(glob)
    inner = glob.removeprefix("**/")
    if "/" not in inner:
        return "names", _component(inner)
    folder = inner.removesuffix("/**")
    if inner not in (glob, folder) and "/" not in folder:
        return "folder_names", _component(folder)
    if glob.endswith("/**"):
        return "inside", path_regex(glob.removesuffix("/**") or "/")
    return "paths", path_regex(glob)


def path_regex(glob: str) -> str:
    """Of a whole path. Its leading `/` may have been left out."""
    rest = glob.removeprefix("/")
    parts: list[str] = []
    if rest.endswith("/**"):
        rest, end = rest[:-3], "/.+"
    else:
        end = ""
    components = rest.split("/")
    for number, part in enumerate(components):
        is_last = number == len(components) - 1
        if part == "**" and not is_last:
            parts.append("(?:[^/]+/)*")
        else:
            parts.append(_component(part) + ("" if is_last else "/"))
    return "/" + "".join(parts) + end


_parts = re.compile(
    r"\\(?P<literal>.)|\[(?P<negated>[!^]?)(?P<set>\]?[^\]]*)\]|(?P<many>\*+)|(?P<one>\?)|(?P<plain>.)", re.DOTALL
).finditer


def _component(glob: str) -> str:
    return "".join(map(_as_regex, _parts(glob)))


def _as_regex(part: re.Match[str]) -> str:
    if part["many"]:
        return "[^/]*"
    if part["one"]:
        return "[^/]"
    if part["set"]:
        members = re.sub(r"([\[\]\\^])", r"\\\1", part["set"])
        return f"[^/{members}]" if part["negated"] else f"[{members.replace('/', '')}]"
    return re.escape(part["literal"] or part["plain"] or part[0])


def expanded(glob: str) -> list[str]:
    """Without braces. They may nest; an unclosed one is a character like any other."""
    found = list(_braceless(glob, glob))
    if len(found) > MOST_BRACES:
        raise BadGlobError(glob, f"its braces stand for more than {MOST_BRACES} patterns")
    return found


def _braceless(glob: str, whole: str, depth: int = 0) -> Iterator[str]:
    span = _first_brace(glob)
    if span is None:
        yield glob
        return
    if depth > MOST_BRACES:
        raise BadGlobError(whole, "its braces nest too deeply")
    start, end = span
    count = 0
    for choice in _choices(glob[start + 1 : end]):
        for text in _braceless(glob[:start] + choice + glob[end + 1 :], whole, depth + 1):
            count += 1
            if count > MOST_BRACES:
                raise BadGlobError(whole, f"its braces stand for more than {MOST_BRACES} patterns")
            yield text


def _first_brace(glob: str) -> tuple[int, int] | None:
    """The first brace that is closed, and where. What stands in a set or after a backslash is none."""
    start, depth = -1, 0
    for at, char in _plain_marks(glob):
        if char == "{":
            start = at if depth == 0 else start
            depth += 1
        elif char == "}" and depth:
            depth -= 1
            if depth == 0:
                return start, at
    return None


def _choices(inner: str) -> list[str]:
    cuts, depth = [-1], 0
    for at, char in _plain_marks(inner):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if char == "," and depth == 0:
            cuts.append(at)
    cuts.append(len(inner))
    return [inner[begin + 1 : end] for begin, end in pairwise(cuts)]


_mark = re.compile(r"\\.|\[[!^]?\]?[^\]]*\]|([{},])", re.DOTALL).finditer


def _plain_marks(text: str) -> Iterator[tuple[int, str]]:
    return ((found.start(), found[1]) for found in _mark(text) if found[1])
