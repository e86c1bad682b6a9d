"""One virtual directory in the making: which mount entries look where for it, and what they find.

Nothing is kept here. A deep path goes to its source folders directly; where the directory above is known, only those
are asked that lead on to this one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from typing import Final, NamedTuple

from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.names import showable
from mosaicfs.model.search import Search
from mosaicfs.model.tree import Listing, Problem, Shown
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.composing import Candidate, Composed, compose
from mosaicfs.tree.directories import FEDERATION, MOSAIC, Directories, Known
from mosaicfs.tree.inodes import second_inode
from mosaicfs.tree.listings import Pair
from mosaicfs.tree.mounted import PASSES, Mounted
from mosaicfs.tree.mounts import Mounts
from mosaicfs.tree.places import Window, joined, window
from mosaicfs.tree.plain import are_plain, plain_files
from mosaicfs.tree.sources import EVERYTHING, whole

ROOT: Final = "/"
_NOTHING: Final = Composed((), (), (), (), (), (), ())


class Looking(NamedTuple):
    """A mount entry at one node, and what it looks at for this level."""

    mounted: Mounted
    node_id: str
    window: Window

    @property
    def pair(self) -> Pair:
        return self.mounted.position, self.node_id


class Level(NamedTuple):
    """`below`: components of sources under the directory document `known`, the nearest at or above `path`."""

    path: str
    known: Known | None
    below: tuple[str, ...]
    looking: Sequence[Looking]
    flat: Sequence[Mounted]

    @property
    def is_document(self) -> bool:
        return self.known is not None and self.known.path == self.path

    @property
    def mounted(self) -> Sequence[Mounted]:
        """Each once."""
        return [*{id(each.mounted): each.mounted for each in self.looking}.values(), *self.flat]


class Found(NamedTuple):
    """What a level shows, and what it rests on. `gathered_all` is false where a search found more than its limit."""

    composed: Composed
    branches: Mapping[str, tuple[Pair, ...]]
    shadowed: int
    gathered_all: bool


class Levels:
    def __init__(self, directories: Directories, mounts: Mounts, *, show_mosaic: bool) -> None:
        self._directories = directories
        self._mounts = mounts
        self._show_mosaic = show_mosaic

    def level(
        self, asking: Asking, path: str, known: Known | None, below: tuple[str, ...], pairs: Sequence[Pair] | None
    ) -> Level:
        """`pairs`: who leads here, where that is known. Verdicts that are doubtful are settled."""
        looking: list[Looking] = []
        flat: list[Mounted] = []
        wanted = None if pairs is None else frozenset(pairs)
        for mounted in self._mounts.of(known) if known is not None else ():
            if mounted.flat:
                flat += [mounted] if not below else []
            elif wanted is None or any(position == mounted.position for position, _ in wanted):
                looking += _looking(asking, mounted, below, wanted)
        level = Level(path, known, below, looking, flat)
        for mounted in level.mounted:
            mounted.settle(asking)
        return level

    # --- the whole -------------------------------------------------------------------------------------------------

    def found(self, asking: Asking, level: Level) -> Found:
        if asking.ahead:
            _read_on(asking, level)
        branches = self.branches(asking, level)
        if (plain := self._plain(asking, level, branches)) is not None:
            return Found(plain, branches, 0, gathered_all=True)
        leading = {pair for pairs in branches.values() for pair in pairs}
        files, gathered_all = self._files(asking, level, leading)
        children = self._directories.children(level.path)
        composed = self.composed(level, files, [*branches, *self._missing(level.path)], children)
        return Found(composed, branches, self.shadowed(asking, level), gathered_all)

    def _plain(self, asking: Asking, level: Level, folders: Collection[str]) -> Composed | None:
        """Where one mount entry shows all of one folder, and nothing else is there."""
        if len(level.looking) != 1 or level.flat or not level.below or self._directories.exists(level.path):
            return None
        mounted, node_id, view = level.looking[0]
        if mounted.always is not True or view.folder is None or view.file is not None or view.lead is not None:
            return None
        composed = compose(level.path, (), (), folders, ()) if folders else _NOTHING
        rows = asking.files_in(node_id, view.folder)
        if not are_plain(rows, {each.name for each in composed.entries}, self._directories.inodes):
            return None
        return composed._replace(entries=(*composed.entries, *plain_files(rows, mounted.mount.mount_id)))

    def composed(
        self, level: Level, files: Sequence[Candidate], folders: Sequence[str], children: Sequence[VirtualDirectory]
    ) -> Composed:
        return compose(
            level.path,
            level.known.document.mounts if level.known is not None else (),
            files,
            folders,
            children,
            reserved=self._reserved() if level.path == ROOT else (),
            inodes=self._inodes(files),
        )

    def _inodes(self, files: Sequence[Candidate]) -> Mapping[str, int]:
        """Ids of directories come before those of files, so a directory keeps its number against a file."""
        second, taken = self._directories.second_inodes, self._directories.inodes
        odd = [row.file_id for row, _ in files if row.inode in taken]
        return {**second, **{file_id: second_inode(file_id) for file_id in odd}} if odd else second

    def listing(self, level: Level, found: Found) -> Listing:
        known = level.known if level.is_document else None
        composed = found.composed
        return Listing(
            path=level.path,
            inode=self._directories.inode(level.path),
            directory=known.document if known is not None and known.rev else None,
            entries=composed.entries,
            hidden_by_conflict=len(composed.hidden),
            shadowed=found.shadowed,
            invalid_names=len(composed.invalid) + len(composed.invalid_folders),
            problems=(*(self._problems(known) if known is not None else ()), *composed.problems),
            truncated=not found.gathered_all,
        )

    def _problems(self, known: Known) -> Iterator[Problem]:
        yield from known.steps.problems
        for mount, steps in zip(known.document.mounts, known.mount_steps, strict=True):
            for each in steps.problems:
                yield Problem(code=each.code, message=each.message, mount_id=mount.mount_id, step=each.step)
        yield from self._mounts.problems_of(known)

    def _reserved(self) -> list[Shown]:
        shown = [FEDERATION] if self._directories.exists(FEDERATION) else []
        shown += [MOSAIC] if self._show_mosaic else []
        return [
            Shown(name=path[1:], kind="directory", inode=self._directories.inode(path), origin="synthetic")
            for path in shown
        ]

    def _missing(self, path: str) -> list[str]:
        """Directories that are there for documents below them alone."""
        return [name for name in self._directories.parents_missing(path) if joined(path, (name,)) != FEDERATION]

    # --- files -----------------------------------------------------------------------------------------------------

    def _files(self, asking: Asking, level: Level, leading: Set[Pair]) -> tuple[list[Candidate], bool]:
        """Below its own directory a mount entry that shows nothing of a level is no part of it: nobody led there."""
        files: list[Candidate] = []
        for each in level.looking:
            found = self._files_of(asking, each)
            if not level.below or each.pair in leading or any(showable(row.name) for row, _ in found):
                files += found
        gathered_all = True
        for mounted in level.flat:
            rows, more = mounted.gathered(asking)
            files += [Candidate(row, mounted.position) for row in rows]
            gathered_all = gathered_all and not more
        return files, gathered_all

    def _files_of(self, asking: Asking, looking: Looking) -> list[Candidate]:
        mounted, node_id, view = looking
        rows = asking.files_in(node_id, view.folder) if view.folder is not None else []
        files = [Candidate(row, mounted.position) for row in mounted.passing(asking, rows)]
        return files + (self.files_at(asking, mounted, node_id, view.file) if view.file is not None else [])

    def files_at(self, asking: Asking, mounted: Mounted, node_id: str, path: str) -> list[Candidate]:
        rows = asking.noted(asking.filing.files_at(node_id, path))
        return [Candidate(row, mounted.position) for row in mounted.passing(asking, rows)]

    def flat_named(self, asking: Asking, level: Level, name: str) -> list[Candidate]:
        """Files of this very name that flat entries without a limit bring, without a look at the others."""
        if not level.flat:
            return []
        asked = Search(words=(whole(name),), sort="name", limit=EVERYTHING, counted=False)
        rows = asking.noted([row for row in asking.filing.found(asked) if row.name == name])
        return [
            Candidate(row, mounted.position)
            for mounted in level.flat
            for row in mounted.passing(asking, [row for row in rows if mounted.source.has(asking, row)])
        ]

    # --- directories -----------------------------------------------------------------------------------------------

    def branches(self, asking: Asking, level: Level) -> dict[str, tuple[Pair, ...]]:
        """Components that lead to something, and who leads there."""
        found: defaultdict[str, list[Pair]] = defaultdict(list)
        for each in level.looking:
            if each.window.folder is not None:
                for name in each.mounted.folders_in(asking, each.node_id, each.window.folder):
                    found[name].append(each.pair)
            if each.window.lead is not None and self._leads(asking, each):
                found[each.window.lead].append(each.pair)
        alike: dict[tuple[Pair, ...], tuple[Pair, ...]] = {}
        return {name: alike.setdefault(pairs := tuple(each), pairs) for name, each in found.items()}

    def branch(self, asking: Asking, level: Level, name: str) -> tuple[Pair, ...]:
        """The same of one component, without a look at the others."""
        found: list[Pair] = []
        for each in level.looking:
            folder, lead = each.window.folder, each.window.lead
            below = joined(folder, (name,)) if folder is not None else ""
            there = folder is not None and asking.filing.has_files(each.node_id, below)
            if (there and each.mounted.shows(asking, each.node_id, below)) or (
                lead == name and self._leads(asking, each)
            ):
                found.append(each.pair)
        return tuple(found)

    def _leads(self, asking: Asking, each: Looking) -> bool:
        """Whether there is something at the end of the way. A source that is one file shows it in the last folder."""
        mounted, node_id, view = each
        assert mounted.source.folder is not None
        if mounted.shows(asking, node_id, mounted.source.folder):
            return True
        if view.file is not None or mounted.always is False:
            return False
        rows = asking.noted(asking.filing.files_at(node_id, mounted.source.folder))
        return any(mounted.verdict(asking, row) == PASSES for row in rows)

    def shadowed(self, asking: Asking, level: Level) -> int:
        """Files of mount entries at whose place a child document stands: counted and not examined."""
        return sum(
            self._shadowed_by(asking, level, child.virtual_path.rpartition("/")[2])
            for child in self._directories.children(level.path)
        )

    def _shadowed_by(self, asking: Asking, level: Level, name: str) -> int:
        """Whoever leads here, everybody is asked: what is counted here need not pass."""
        total = 0
        for mounted in self._mounts.of(level.known) if level.known is not None else ():
            view = window(mounted.mount, (*level.below, name))
            if view is None or view.deep or mounted.always is False:
                continue
            folder = view.folder if view.folder is not None else mounted.source.folder
            assert folder is not None
            total += sum(asking.filing.count_below(node, folder) for node in mounted.source.nodes_now(asking))
        return total


def _read_on(asking: Asking, level: Level) -> None:
    """Where one folder is shown whole, those behind it are mostly next."""
    if len(level.looking) != 1 or level.flat:
        return
    mounted, node_id, view = level.looking[0]
    if mounted.always is True and view.folder is not None and mounted.source.folder is not None:
        asking.read_on(node_id, mounted.source.folder, view.folder)


def _looking(
    asking: Asking, mounted: Mounted, below: tuple[str, ...], wanted: frozenset[Pair] | None
) -> Iterator[Looking]:
    view = window(mounted.mount, below)
    if view is None or mounted.always is False:
        return
    for node_id in mounted.source.nodes_now(asking):
        if wanted is None or (mounted.position, node_id) in wanted:
            yield Looking(mounted, node_id, view)
