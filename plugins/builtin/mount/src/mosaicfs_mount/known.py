"""What the system has been told and may ask for again, by the numbers that it was told: directories, and files in them.

A number says in which directory a file is, so a file at two places has two numbers; the inode that programs see is the
same. Of most files no more is known than `slots` keeps; those that were opened are objects. What the system forgets is
forgotten here. Nothing of this outlives the mount; whether it still holds is the matter of `following`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

from mosaicfs.model.tree import Shown
from mosaicfs_mount.errnos import SystemRefusal, no_such_name
from mosaicfs_mount.slots import Row, Slots

ROOT: Final = 1
MOST_OPENED: Final = 10_000
_MANY_ABSENT: Final = 4_096
_SHIFT: Final = 32
_SLOTS: Final = (1 << _SHIFT) - 1


@dataclass(slots=True, eq=False)
class KnownDirectory:
    """`lookups` is how often the system was told of it, `names` by what. `mark` stands for all of its names when it was
    listed last. `opened` are files in it of which more is known, `absent` names that the system remembers not to be
    there, and until when.

    `turn` is the last one in which it may have become different: an answer that was asked for before is not to be kept.
    """

    number: int
    inode: int
    path: str
    mtime: str | None = None
    lookups: int = 0
    changed_ns: int = 0
    turn: int = 0
    mark: int | None = None
    names: tuple[tuple[KnownDirectory, bytes], ...] = ()
    files: Slots = field(default_factory=Slots)
    folders: dict[bytes, KnownDirectory] | None = None
    opened: int = 0
    absent: dict[bytes, float] | None = None

    def number_of(self, slot: int) -> int:
        return (ROOT if self.number == ROOT else self.number >> _SHIFT) << _SHIFT | slot + 1

    def be_absent(self, name: bytes, until: float, now: float) -> None:
        """The system remembers until then that there is no such name."""
        if self.absent is None or len(self.absent) >= _MANY_ABSENT:
            self.absent = {each: end for each, end in (self.absent or {}).items() if end > now}
        self.absent[name] = until

    def be_present(self, name: bytes) -> None:
        if self.absent:
            self.absent.pop(name, None)

    def remembered_absent(self, now: float) -> list[bytes]:
        return [name for name, end in (self.absent or {}).items() if end > now]

    @property
    def is_fresh(self) -> bool:
        """Nothing in it is known."""
        return not (len(self.files) or self.files.end or self.folders or self.absent)

    def knows_none_of(self, names: Sequence[bytes]) -> bool:
        """Neither what they mean nor that they are not there."""
        return (
            (not self.folders or self.folders.keys().isdisjoint(names))
            and (not self.absent or self.absent.keys().isdisjoint(names))
            and self.files.are_new(names)
        )

    @property
    def directories(self) -> list[tuple[bytes, KnownDirectory]]:
        """Those in it that the system knows."""
        return list(self.folders.items()) if self.folders else []

    @property
    def entries(self) -> int:
        """How many in it the system knows."""
        return len(self.files) + len(self.folders or ())


@dataclass(slots=True, eq=False)
class KnownFile:
    """A file that was opened, lately or still. `live` are size and time of an own file that is ahead of its document.
    `pages` is the version whose pages the system has; `blocks` is what it was told of those that are here.
    """

    number: int
    shown: Shown
    live: tuple[int, int] | None = None
    pages: object = None
    blocks: int = -1
    opens: int = 0

    @property
    def inode(self) -> int:
        return self.shown.inode


Node: TypeAlias = KnownDirectory | KnownFile


class Place(NamedTuple):
    """Of a file that the system knows."""

    directory: KnownDirectory
    slot: int
    row: Row

    @property
    def path(self) -> str | None:
        """None once its name means something else."""
        return below(self.directory.path, self.row.name) if self.row.name else None


class Known:
    """`on_moved` is told of a directory that is at another path than before: what was known below it may not hold."""

    def __init__(self, root_path: str, on_moved: Callable[[KnownDirectory], None]) -> None:
        self.root = KnownDirectory(ROOT, ROOT, root_path, lookups=1)
        self._directories: dict[int, KnownDirectory] = {ROOT: self.root}
        self._by_inode: dict[int, KnownDirectory] = {ROOT: self.root}
        self._opened: OrderedDict[int, KnownFile] = OrderedDict()
        self._last = ROOT
        self._on_moved = on_moved

    def __len__(self) -> int:
        return sum(1 + len(each.files) for each in self._directories.values())

    @property
    def directories(self) -> list[KnownDirectory]:
        return list(self._directories.values())

    def directory_of(self, inode: int, path: str) -> KnownDirectory | None:
        """Where it is known to be there."""
        found = self._by_inode.get(inode)
        return found if found is not None and found.path == path else None

    @property
    def opened(self) -> list[KnownFile]:
        return list(self._opened.values())

    def opened_as(self, file_ids: Iterable[str]) -> list[KnownFile]:
        wanted = set(file_ids)
        return [each for each in self._opened.values() if each.shown.file_id in wanted] if wanted else []

    def directory(self, number: int) -> KnownDirectory | None:
        """None where the number is a file's."""
        slot = number & _SLOTS
        if slot and number != ROOT:
            return None
        found = self._directories.get(number >> _SHIFT if not slot else ROOT)
        if found is None:
            raise no_such_name()
        return found

    def place(self, number: int) -> Place:
        """Of a file."""
        above, slot = self._directories.get(number >> _SHIFT), (number & _SLOTS) - 1
        row = above.files.row(slot) if above is not None and slot >= 0 else None
        if above is None or row is None:
            raise no_such_name()
        return Place(above, slot, row)

    def file(self, number: int) -> KnownFile | None:
        """If it was opened."""
        return self._opened.get(number)

    def path_of(self, node: Node) -> str | None:
        """None once the system knows it by no name."""
        if isinstance(node, KnownDirectory):
            return node.path
        with suppress(SystemRefusal):
            return self.place(node.number).path
        return None

    def home_of(self, node: KnownFile) -> KnownDirectory | None:
        return self._directories.get(node.number >> _SHIFT)

    # --- directories that the system is told of --------------------------------------------------------------------

    def met(self, above: KnownDirectory, path: str, shown: Shown) -> KnownDirectory:
        """Without telling the system of it yet. A directory without a time has that of the one above."""
        mtime = shown.mtime or above.mtime
        found = self._by_inode.get(shown.inode)
        if found is None:
            return KnownDirectory((self._last + 1) << _SHIFT, shown.inode, path, mtime)
        if found is not self.root:
            found.mtime = mtime
            if found.path != path:
                self._move(found, path, set())
                self._on_moved(found)
        return found

    def told(self, parent: KnownDirectory, name: bytes, node: KnownDirectory) -> None:
        """The system knows it by this name from now on, and counts it."""
        if self._by_inode.get(node.inode) is not node:
            self._last += 1
            self._by_inode[node.inode] = self._directories[self._last] = node
        node.lookups += 1
        if parent.folders is None:
            parent.folders = {}
        if parent.folders.get(name) is not node:
            self.untold(parent, name)
            parent.folders[name] = node
            node.names = (*node.names, (parent, name))

    def untold(self, parent: KnownDirectory, name: bytes) -> None:
        """The name of a directory means nothing any more, or something else."""
        before = parent.folders.pop(name, None) if parent.folders else None
        if before is not None:
            before.names = tuple(each for each in before.names if each != (parent, name))

    def _move(self, node: KnownDirectory, path: str, moved: set[int]) -> None:
        """With all directories below it, which the system takes along without asking."""
        node.path = path
        moved.add(node.number)
        for name, each in node.directories:
            if each.number not in moved:
                self._move(each, below(path, name), moved)

    # --- files -----------------------------------------------------------------------------------------------------

    def open(self, number: int, shown: Shown) -> KnownFile:
        """From now on more is known of it. What was known of another file under its number does not hold.

        The system may have been told that nothing is here; it asks once in vain if not.
        """
        found = self._opened.get(number)
        if found is None:
            found = self._opened[number] = KnownFile(number, shown, blocks=0)
            self.place(number).directory.opened += 1
        elif found.shown.file_id != shown.file_id:
            found.live = found.pages = None
        found.shown = shown
        self._opened.move_to_end(number)
        self._leave_oldest()
        return found

    def _leave_oldest(self) -> None:
        """Two at most, for one came; of a file that is not kept, the next one to open it has the pages read anew."""
        for number, oldest in list(islice(self._opened.items(), 2)):
            if len(self._opened) <= MOST_OPENED:
                return
            if oldest.opens or oldest.live is not None:
                self._opened.move_to_end(number)
            else:
                del self._opened[number]
                self.place(number).directory.opened -= 1

    # --- forgetting ------------------------------------------------------------------------------------------------

    def forget(self, number: int, lookups: int) -> None:
        slot = (number & _SLOTS) - 1
        above = self._directories.get(number >> _SHIFT)
        if above is None:
            return
        if slot >= 0:
            if above.files.row(slot) is None or not above.files.forget(slot, lookups):
                return
            above.opened -= self._opened.pop(number, None) is not None
        elif above is not self.root:
            above.lookups -= lookups
        self._let_go(above)

    def _let_go(self, node: KnownDirectory) -> None:
        """Of directories that nobody knows, nor anything in them."""
        if node.lookups > 0 or node.entries:
            return
        self._directories.pop(node.number >> _SHIFT, None)
        if self._by_inode.get(node.inode) is node:
            del self._by_inode[node.inode]
        for parent, name in node.names:
            if parent.folders is not None and parent.folders.get(name) is node:
                del parent.folders[name]
                self._let_go(parent)
        node.names = ()


def below(path: str, name: bytes) -> str:
    return f"{'' if path == '/' else path}/{name.decode(errors='surrogatepass')}"
