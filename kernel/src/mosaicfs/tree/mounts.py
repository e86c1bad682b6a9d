"""All mount entries that were looked at, by their directories, and which of them a file concerns.

They are made when their directory is first asked for. When documents change, those that mean the same go on with what
they know.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mosaicfs.model.ids import EVERY_NODE
from mosaicfs.model.tree import Problem
from mosaicfs.tree.directories import Directories, Known, parent_and_name
from mosaicfs.tree.labels import Scope, upwards
from mosaicfs.tree.mounted import Mounted
from mosaicfs.tree.places import joined, mapped
from mosaicfs.tree.sources import Source, Sources
from mosaicfs.tree.whereabouts import Folder, lies_below


class Concerned(NamedTuple):
    """A mount entry and the names, below its directory, of the directory where it shows a file of some folder."""

    mounted: Mounted
    directories: tuple[str, ...]


class _OfDirectory(NamedTuple):
    mounted: list[Mounted]
    problems: list[Problem]


class Mounts:
    def __init__(self, directories: Directories, sources: Sources) -> None:
        self._directories = directories
        self._sources = sources
        self._of: dict[str, _OfDirectory] = {}
        self._by_source: defaultdict[Folder, list[Mounted]] = defaultdict(list)
        self._by_parent: defaultdict[Folder, list[Mounted]] = defaultdict(list)
        self._gathering: list[Mounted] = []
        self.next_flip = math.inf

    # --- by directory --------------------------------------------------------------------------------------------

    def of(self, known: Known) -> Sequence[Mounted]:
        """Those that show something."""
        return self._made(known).mounted

    def problems_of(self, known: Known) -> Sequence[Problem]:
        """Why others of its mount entries show nothing."""
        return self._made(known).problems

    def _made(self, known: Known) -> _OfDirectory:
        made = self._of.get(known.path)
        if made is None:
            made = self._of[known.path] = self._make(known, [])
        return made

    def _make(self, known: Known, before: list[Mounted]) -> _OfDirectory:
        """`before`: from which those are taken that are still the same."""
        made = _OfDirectory([], [])
        rules = self._directories.rules(known)
        for position, (mount, rule) in enumerate(zip(known.document.mounts, rules, strict=True)):
            source = self._sources.of(mount)
            if isinstance(source, Source):
                made.mounted.append(_going_on(Mounted(known.path, position, source, rule), before))
                self._list(made.mounted[-1])
            else:
                made.problems.append(source)
        return made

    # --- by file -------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Mounted]:
        for made in self._of.values():
            yield from made.mounted

    def concerned(self, node_id: str, folder: str) -> Iterator[Concerned]:
        """By a file in this folder, whatever its name is."""
        somewhere = joined(folder, ("x",))
        for above in upwards(folder):
            for node in (node_id, EVERY_NODE):
                for mounted in self._by_source.get((node, above), ()):
                    yield Concerned(mounted, (mapped(mounted.mount, somewhere) or ("",))[:-1])
        for node in (node_id, EVERY_NODE):
            for mounted in self._by_parent.get((node, folder), ()):
                assert mounted.source.folder is not None
                yield Concerned(mounted, (mapped(mounted.mount, mounted.source.folder) or ("",))[:-1])
        for mounted in self._gathering:
            yield Concerned(mounted, ())

    def asking_labels_of(self, scope: Scope) -> Iterator[Mounted]:
        for mounted in self:
            folder = mounted.source.folder
            if mounted.needs.labels and (
                folder is None or lies_below(folder, scope.folder) or lies_below(scope.folder, folder)
            ):
                yield mounted

    def _list(self, mounted: Mounted) -> None:
        folder = mounted.source.folder
        if folder is None:
            self._gathering.append(mounted)
            return
        for node in mounted.source.nodes or (EVERY_NODE,):
            self._by_source[node, folder].append(mounted)
            if folder != "/":
                self._by_parent[node, parent_and_name(folder)[0]].append(mounted)

    # --- keeping in step -----------------------------------------------------------------------------------------

    def rearrange(self, forgotten: Callable[[Mounted], None]) -> None:
        """After directories or what sources mean have changed. `forgotten` is told of each that is no more."""
        before = self._of
        self._of = {}
        self._by_source.clear()
        self._by_parent.clear()
        self._gathering.clear()
        for path, made in before.items():
            left = list(made.mounted)
            known = self._directories.at(path)
            if known is not None:
                self._of[path] = self._make(known, left)
            for mounted in left:
                forgotten(mounted)

    def let_go(self, known: Known) -> None:
        """Of a directory of gathering mount entries that nobody will ask for again."""
        made = self._of.pop(known.path, None)
        for mounted in made.mounted if made is not None else ():
            self._gathering.remove(mounted)

    def note_flip(self, mounted: Mounted) -> None:
        self.next_flip = min(self.next_flip, mounted.verdicts.next_flip)

    def due(self, now: float) -> Iterator[tuple[Mounted, int]]:
        """Files whose verdicts time may have changed."""
        if self.next_flip > now:
            return
        self.next_flip = math.inf
        for mounted in self:
            if mounted.needs.time:
                for n in mounted.verdicts.due(now):
                    yield mounted, n
                self.note_flip(mounted)


def _going_on(mounted: Mounted, before: list[Mounted]) -> Mounted:
    for old in before:
        if old.same_as(mounted):
            before.remove(old)
            old.go_on_as(mounted)
            return old
    return mounted
