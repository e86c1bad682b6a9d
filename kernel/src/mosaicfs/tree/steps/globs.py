r"""The op `glob`, and its dialect: patterns on a name, or with a `/` on the whole path.

A `/` in a path is met by a `/` in a pattern alone, so what stands behind the last one belongs to the name and what
stands before to the folder. The folder is compared once for all files in it, most names without an engine.

`?` is one character, `*` a run without `/`, `**/` any number of directories, `/**` at the end all that is inside,
`[a-z]`, `[!a]` and `[^a]` one of a set, `{a,b}` either, `\x` the character x. What is not closed stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from mosaicfs.documents.names.globs import expanded
from mosaicfs.errors import BadQueryError
from mosaicfs.model.filing import FileRow
from mosaicfs.tree.steps.engine import BadPatternError, Found, fitting
from mosaicfs.tree.steps.name_shapes import Component, Literal, Wild, effort, expression, is_plain, names_that_fit
from mosaicfs.tree.steps.op import Asked, Op
from mosaicfs.tree.steps.parameters import Parameters

LONGEST = 1_000
MOST_EFFORT = 400
"""Places of a pattern that may have to be followed at each character of a path."""

Fits: TypeAlias = Callable[[str, str], bool]
"""Of a folder and a name."""


class Glob(Op):
    def __init__(self, fits: Fits) -> None:
        self._fits = fits

    def matches(self, row: FileRow, asked: Asked) -> bool:
        return self._fits(row.folder, row.name)


def read(parameters: Parameters) -> Glob:
    pattern, flags = parameters.text("pattern"), parameters.flags("i")
    try:
        return Glob(compiled(pattern, ignoring_case="i" in flags))
    except BadPatternError as trouble:
        parameters.fault("pattern", str(trouble))
        return Glob(lambda folder, name: False)


@lru_cache(maxsize=128)
def compiled(pattern: str, *, ignoring_case: bool = False) -> Fits:
    """`BadPatternError` for one that is too long, or whose braces mean too much."""
    if len(pattern) > LONGEST:
        raise BadPatternError(f"is longer than {LONGEST:,} characters")
    try:
        alternatives = list(dict.fromkeys(map(_alternative, dict.fromkeys(expanded(pattern)))))
    except BadQueryError as trouble:
        raise BadPatternError("means more than 256 patterns with its braces; use several steps instead") from trouble
    if _effort(alternatives) > MOST_EFFORT:
        raise BadPatternError("has too many wildcards to be compared with a long path; use several steps instead")
    try:
        return _either([_pair(folders, names, ignoring_case) for folders, names in _grouped(alternatives)])
    except BadPatternError as trouble:
        raise BadPatternError("means too much with its braces; use several steps instead") from trouble


# --- taken apart -------------------------------------------------------------------------------------------------


class _Deep:
    """`**`: any number of whole directories."""


_DEEP: Final = _Deep()
_Folder: TypeAlias = "tuple[Component | _Deep, ...]"
_ANYWHERE: Final[_Folder] = (_DEEP,)


class _Alternative(NamedTuple):
    folder: _Folder
    name: Component


_parts = re.compile(
    r"\\(?P<escaped>.)|\[(?P<negated>[!^]?)(?P<set>\]?[^\]]*)\]|(?P<stars>\*+)|(?P<any>\?)|(?P<plain>.)", re.DOTALL
).finditer
_DIRECTORIES = Wild("**")
_RUN = Wild("*")
_ONE = Wild("?")


def _alternative(pattern: str) -> _Alternative:
    components = [_component(each) for each in _split(pattern)]
    if "/" not in pattern:
        return _Alternative(_ANYWHERE, _simple(components[0]))
    if not components[0]:
        del components[0]
    *folder, name = components
    if name == (_DIRECTORIES,):
        folder.append(name)
    found: list[Component | _Deep] = []
    for each in folder:
        if each != (_DIRECTORIES,):
            found.append(_simple(each))
        elif not found or found[-1] is not _DEEP:
            found.append(_DEEP)
    return _Alternative(tuple(found), _simple(name))


def _split(pattern: str) -> list[list[re.Match[str]]]:
    """At each `/` that stands outside of a set."""
    found: list[list[re.Match[str]]] = [[]]
    for part in _parts(pattern):
        if (part["escaped"] or part["plain"]) == "/":
            found.append([])
        else:
            found[-1].append(part)
    return found


def _component(parts: Sequence[re.Match[str]]) -> Component:
    return tuple(map(_token, parts))


def _token(part: re.Match[str]) -> Literal | Wild:
    if part["stars"]:
        return _DIRECTORIES if part["stars"] == "**" else _RUN
    if part["any"]:
        return _ONE
    if part["set"] is not None:
        return Wild(_set_expression(part["set"], negated=bool(part["negated"])))
    return Literal(part["escaped"] or part["plain"])


def _simple(component: Component) -> Component:
    """`**` beside something else is a `*`. In a row of `*` and `?` the `*` comes last, and once: `*?*?` is `??*`."""
    found: list[Literal | Wild] = []
    for token in component:
        if token not in (_RUN, _DIRECTORIES, _ONE) or found[-1:] != [_RUN]:
            found.append(_RUN if token == _DIRECTORIES else token)
        elif token == _ONE:
            found.insert(-1, token)
    return tuple(found)


_members = re.compile(r"(?P<low>.)-(?P<high>.)|(?P<one>.)", re.DOTALL).finditer
_SLASH = ord("/")


def _set_expression(members: str, *, negated: bool) -> str:
    """Never `/`, and nothing at all where every range is upside down."""
    ranges = [(ord(m["one"] or m["low"]), ord(m["one"] or m["high"])) for m in _members(members)]
    if negated:
        inside = "".join(_range(low, high) for low, high in ranges if low <= high)
        return f"[^/{inside}]"
    inside = "".join(_range(low, high) for low, high in _without_slash(ranges))
    return f"[{inside}]" if inside else r"[^\x00-\x{10FFFF}]"


def _without_slash(ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for low, high in ranges:
        parts = (
            ((low, min(high, _SLASH - 1)), (max(low, _SLASH + 1), high)) if low <= _SLASH <= high else ((low, high),)
        )
        yield from ((first, last) for first, last in parts if first <= last)


def _range(low: int, high: int) -> str:
    return rf"\x{{{low:x}}}-\x{{{high:x}}}"


# --- put together ------------------------------------------------------------------------------------------------


def _effort(alternatives: Sequence[_Alternative]) -> int:
    """Of the engine alone. Letters of several alternatives are hardly ever followed at once."""
    names = [effort(each.name) for each in alternatives if not is_plain(each.name)]
    folders = [effort(_flat(each.folder)) for each in alternatives if each.folder != _ANYWHERE]
    return max(_sum_and_most(names), _sum_and_most(folders))


def _sum_and_most(efforts: Sequence[tuple[int, int]]) -> int:
    return sum(wild for wild, _ in efforts) + max((letters for _, letters in efforts), default=0)


def _flat(folder: _Folder) -> Component:
    slash = Literal("/")
    parts = ((_RUN,) if isinstance(each, _Deep) else (slash, *each) for each in folder)
    return tuple(token for part in parts for token in part)


def _grouped(alternatives: Sequence[_Alternative]) -> Iterator[tuple[tuple[_Folder, ...], tuple[Component, ...]]]:
    """Folders that allow the same names, with these names."""
    names: dict[_Folder, list[Component]] = {}
    for each in alternatives:
        names.setdefault(each.folder, []).append(each.name)
    folders: dict[tuple[Component, ...], list[_Folder]] = {}
    for folder, allowed in names.items():
        folders.setdefault(tuple(allowed), []).append(folder)
    return ((tuple(each), allowed) for allowed, each in folders.items())


def _pair(folders: Sequence[_Folder], names: Sequence[Component], ignoring_case: bool) -> Fits:
    name_fits = names_that_fit(names, ignoring_case=ignoring_case)
    if _ANYWHERE in folders:
        return lambda folder, name: name_fits(name)
    folder_fits = _Folders(fitting("|".join(map(_folder_expression, folders)), ignoring_case=ignoring_case))
    if names == ((_RUN,),):
        return lambda folder, name: folder_fits(folder)
    return lambda folder, name: folder_fits(folder) and name_fits(name)


def _folder_expression(folder: _Folder) -> str:
    return "".join(r"(?:/\C*)?" if isinstance(each, _Deep) else f"/{expression(each)}" for each in folder)


class _Folders:
    """Files come folder by folder, so the last answer is mostly the next one."""

    def __init__(self, fits: Found) -> None:
        self._fits = fits
        self._last = ("", False)

    def __call__(self, folder: str) -> bool:
        last, found = self._last
        if last != folder:
            found = self._fits("" if folder == "/" else folder)
            self._last = (folder, found)
        return found


def _either(fits: Sequence[Fits]) -> Fits:
    if len(fits) == 1:
        return fits[0]
    return lambda folder, name: any(each(folder, name) for each in fits)
