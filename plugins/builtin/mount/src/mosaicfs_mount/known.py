"""What the system has been told and may ask for again: files and directories by inode, and the names they were told by.

A file may have several names and one inode, so what is known of it is known once. What the system forgets is forgotten
here. Nothing of this outlives the mount; whether it still holds is the matter of `following`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mosaicfs.model.tree import Shown
from mosaicfs_mount.errnos import no_such_name

ROOT = 1
_MANY_ABSENT = 4_096
Name = tuple[int, bytes]
"""The inode of a directory, and a name in it."""


@dataclass(slots=True, eq=False)
class Node:
    """`lookups` is how often the system was told of it. `path` is of a directory, `shown` of a file.

    `turn` is the last one in which it may have become different: an answer that was asked for before is not to be kept.
    """

    inode: int
    lookups: int = 0
    names: tuple[Name, ...] = ()
    turn: int = 0

    @property
    def is_directory(self) -> bool:
        return isinstance(self, KnownDirectory)


@dataclass(slots=True, eq=False)
class KnownDirectory(Node):
    """`children` are names in it that the system knows; `mark` stands for all of its names when it was listed last."""

    path: str = ""
    mtime: str | None = None
    changed_ns: int = 0
    children: dict[bytes, int] = field(default_factory=dict)
    mark: int | None = None


@dataclass(slots=True, eq=False)
class KnownFile(Node):
    """`live` are size and time of an own file that is ahead of its document. `pages` is the version whose pages the
    system has; `blocks` is what it was told of those that are here.
    """

    shown: Shown = field(kw_only=True)
    live: tuple[int, int] | None = None
    pages: object = None
    blocks: int = -1


class Known:
    """`on_moved` is told of a directory that is at another path than before: what was known below it may not hold."""

    def __init__(self, root_path: str, on_moved: Callable[[KnownDirectory], None]) -> None:
        self._nodes: dict[int, Node] = {}
        self._files: dict[str, KnownFile] = {}
        self._absent: dict[Name, float] = {}
        self.root = KnownDirectory(ROOT, 1, path=root_path)
        self._nodes[ROOT] = self.root
        self._on_moved = on_moved

    def __len__(self) -> int:
        return len(self._nodes)

    @property
    def directories(self) -> Iterator[KnownDirectory]:
        return (node for node in self._nodes.values() if isinstance(node, KnownDirectory))

    @property
    def files(self) -> Iterator[KnownFile]:
        return (node for node in self._nodes.values() if isinstance(node, KnownFile))

    def node(self, inode: int) -> Node:
        try:
            return self._nodes[inode]
        except KeyError:
            raise no_such_name() from None

    def get(self, inode: int) -> Node | None:
        return self._nodes.get(inode)

    def file(self, file_id: str) -> KnownFile | None:
        return self._files.get(file_id)

    def path_of(self, node: Node) -> str | None:
        """One of them; None once the system knows it by no name."""
        if isinstance(node, KnownDirectory):
            return node.path
        for parent, name in node.names:
            above = self._nodes.get(parent)
            if isinstance(above, KnownDirectory):
                return f"{'' if above.path == '/' else above.path}/{name.decode(errors='surrogatepass')}"
        return None

    # --- told to the system --------------------------------------------------------------------------------------

    def met(self, above: KnownDirectory, path: str, shown: Shown) -> Node:
        """The node, without telling the system of it yet. A directory without a time has that of the one above."""
        found = self._nodes.get(shown.inode)
        if shown.kind == "file":
            return self.met_file(found, shown)
        return self._met_directory(found, path, shown, shown.mtime or above.mtime)

    def told(self, parent: KnownDirectory, name: bytes, node: Node) -> None:
        """The system knows the node by this name from now on, and counts it."""
        if self._nodes.get(node.inode) is not node:
            self._nodes[node.inode] = node
        if isinstance(node, KnownFile) and node.shown.file_id is not None:
            self._files[node.shown.file_id] = node
        node.lookups += 1
        if parent.children.get(name) != node.inode:
            self.untold(parent, name)
            parent.children[name] = node.inode
        if (parent.inode, name) not in node.names:
            node.names = (*node.names, (parent.inode, name))
        self._absent.pop((parent.inode, name), None)

    def untold(self, parent: KnownDirectory, name: bytes) -> None:
        """The name means nothing, or something else; whoever holds what it meant goes on with that."""
        before = self._nodes.get(parent.children.pop(name, 0))
        if before is not None:
            before.names = tuple(each for each in before.names if each != (parent.inode, name))

    def forget(self, inode: int, lookups: int) -> None:
        node = self._nodes.get(inode)
        if node is None or node is self.root:
            return
        node.lookups -= lookups
        if node.lookups > 0:
            return
        del self._nodes[inode]
        for parent, name in node.names:
            above = self._nodes.get(parent)
            if isinstance(above, KnownDirectory) and above.children.get(name) == inode:
                del above.children[name]
        if isinstance(node, KnownFile) and self._files.get(node.shown.file_id or "") is node:
            del self._files[node.shown.file_id or ""]

    def met_file(self, found: Node | None, shown: Shown) -> KnownFile:
        if not isinstance(found, KnownFile):
            return KnownFile(shown.inode, shown=shown)
        if found.shown.file_id != shown.file_id:
            if self._files.get(found.shown.file_id or "") is found:
                del self._files[found.shown.file_id or ""]
            found.live = found.pages = None
        found.shown = shown
        return found

    def _met_directory(self, found: Node | None, path: str, shown: Shown, mtime: str | None) -> KnownDirectory:
        if not isinstance(found, KnownDirectory):
            return KnownDirectory(shown.inode, path=path, mtime=mtime)
        if found is not self.root:
            found.mtime = mtime
            if found.path != path:
                self._move(found, path, set())
                self._on_moved(found)
        return found

    def _move(self, node: KnownDirectory, path: str, moved: set[int]) -> None:
        """With all directories below it, which the system takes along without asking."""
        node.path = path
        moved.add(node.inode)
        for name, inode in node.children.items():
            below = self._nodes.get(inode)
            if isinstance(below, KnownDirectory) and inode not in moved:
                self._move(below, f"{path}/{name.decode(errors='surrogatepass')}", moved)

    # --- told not to be there ------------------------------------------------------------------------------------

    def absent(self, parent: KnownDirectory, name: bytes, until: float, now: float) -> None:
        """The system remembers until then that there is no such name."""
        if len(self._absent) >= _MANY_ABSENT:
            self._absent = {each: end for each, end in self._absent.items() if end > now}
        self._absent[parent.inode, name] = until

    def remembered_absent(self, parent: KnownDirectory, now: float) -> list[bytes]:
        return [name for (inode, name), end in self._absent.items() if inode == parent.inode and end > now]
