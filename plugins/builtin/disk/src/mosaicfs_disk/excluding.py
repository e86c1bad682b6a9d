"""Which names and folders a crawl leaves out, judged with one search over all names of a folder.

Names cannot hold `/`, so a folder's names joined by it are one text, and one regular expression tells whether any of
them needs a second look. Nearly always none does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import re2

from mosaicfs.errors import OptionsError
from mosaicfs.model.names import covers
from mosaicfs_disk.globs import DEFAULT_EXCLUDES, BadGlobError, Patterns, patterns
from mosaicfs_disk.rules import Rules

LONGEST_NAME = 255
LONGEST_PATH = 4_096

_CONTROL = r"[^/]*[\x00-\x1f][^/]*"
_OWN = r"\.mosaicfs-[^/]*"

Search = Callable[[bytes], object]


class Excluding(NamedTuple):
    """`suspects` is searched in names joined by `/`: may one of them be left out? The others fit a whole name, or
    a whole path.
    """

    suspects: Search
    name: Search
    folder_name: Search
    path: Search | None
    inside: Search | None
    paths: frozenset[str]
    parents: frozenset[str]

    def is_suspect(self, parent: str, names: Sequence[str]) -> bool:
        """Whether the folder has anything to leave out, a bad name included. True costs time and nothing else."""
        text = "/".join(names)
        try:
            joined = text.encode()
        except UnicodeEncodeError:
            return True
        longest = LONGEST_NAME if len(joined) == len(text) else LONGEST_NAME // 4
        return self.suspects(joined) is not None or len(max(names, key=len)) > longest or parent in self.parents

    def leaves_out(self, parent: str, name: str, *, is_folder: bool) -> bool:
        """`parent` and `name` as they are shown."""
        text = name.encode()
        if self.name(text) is not None or (is_folder and self.folder_name(text) is not None):
            return True
        return self._leaves_out_path(f"{parent}/{name}", is_folder=is_folder)

    def _leaves_out_path(self, path: str, *, is_folder: bool) -> bool:
        text = path.encode()
        return (
            path in self.paths
            or (self.path is not None and self.path(text) is not None)
            or (is_folder and self.inside is not None and self.inside(text) is not None)
        )


def excluding(rules: Rules) -> Excluding:
    """Raises `OptionsError` for a pattern that cannot be used."""
    globs = (*(DEFAULT_EXCLUDES if rules.default_excludes else ()), *rules.excluded_globs)
    try:
        return _compiled(patterns(globs), frozenset(path.rstrip("/") for path in _named(rules)))
    except (BadGlobError, re2.error) as trouble:
        raise OptionsError("agent.excluded_globs", str(trouble)) from None


def _compiled(found: Patterns, paths: frozenset[str]) -> Excluding:
    names = (*found.names, _OWN)
    return Excluding(
        suspects=_search(_among((*names, *found.folder_names, *found.last, _CONTROL))),
        name=_search(_whole(names)),
        folder_name=_search(_whole(found.folder_names)) if found.folder_names else _never,
        path=_search(_whole(found.paths)) if found.paths else None,
        inside=_search(_whole(found.inside)) if found.inside else None,
        paths=paths,
        parents=frozenset(path.rpartition("/")[0] for path in paths),
    )


def _named(rules: Rules) -> tuple[str, ...]:
    return (*rules.excluded_paths, *rules.own_paths)


def is_below_excluded(rules: Rules, path: str) -> bool:
    return any(covers(excluded, path) for excluded in _named(rules))


def bad_name(name: str) -> bool:
    """Control characters, and more bytes than a part of a path may have."""
    return min(name, default=" ") < " " or (len(name) > LONGEST_NAME // 4 and len(_bytes(name)) > LONGEST_NAME)


def _bytes(name: str) -> bytes:
    return name.encode(errors="surrogateescape")


def _never(text: bytes) -> object:
    return None


def _among(choices: Sequence[str]) -> str:
    return rf"(?:^|/)(?:{'|'.join(choices)})(?:/|$)"


def _whole(choices: Sequence[str]) -> str:
    return rf"^(?:{'|'.join(choices)})$"


def _search(text: str) -> Search:
    options: Any = re2.Options()
    options.dot_nl = True
    options.log_errors = False
    options.never_capture = True
    found: Search = re2.compile(text, options).search
    return found
