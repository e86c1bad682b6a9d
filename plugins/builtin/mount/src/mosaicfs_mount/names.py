"""Names and attributes, as the system asks for them: from the tree, and from what it was told before.

An answer comes with the time for which the system may keep it. One that was asked for before its directory changed and
given after it is not to be kept at all: `following` has compared already what the system knew by then.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from mosaicfs.errors import NotShownError
from mosaicfs.model.tree import Listing, Shown, Tree
from mosaicfs_mount.attributes import Attributes, Look
from mosaicfs_mount.errnos import not_a_directory
from mosaicfs_mount.known import Known, KnownDirectory, KnownFile, Node
from mosaicfs_mount.options import MountOptions

VIEWS: Final = "/.mosaic"
_OF_VIEWS_S: Final = 1.0
_LAST_FIXED: Final = 6
_TOP: Final = "/"
"""It has names that it does not list."""

_MOST_SEEN: Final = 50_000


class Told(NamedTuple):
    """`entry_s` is of the name, `attr_s` of the attributes."""

    attributes: Attributes
    entry_s: float
    attr_s: float


class Row(NamedTuple):
    """A name of an opened directory. Without `shown` it is one of the two that every directory has."""

    name: bytes
    shown: Shown | None


@dataclass(slots=True)
class OpenDirectory:
    """One state of a directory, for as long as it is open. Offsets count in `rows`."""

    node: KnownDirectory
    rows: Sequence[Row]
    turn: int


class _Seen(NamedTuple):
    listing: Listing
    names: dict[bytes, Shown]


class Names:
    """`turn` is how often something has changed, for all and for each directory that the system knows."""

    def __init__(self, tree: Tree, known: Known, look: Look, options: MountOptions) -> None:
        self._tree = tree
        self._known = known
        self._look = look
        self._options = options
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._seen_names = 0
        self.turn = 0
        self.everything_turn = 0

    # --- asked by the system -------------------------------------------------------------------------------------

    async def look_up(self, parent: int, name: bytes) -> tuple[Node, Told] | float:
        """The node, which the system knows from now on; or for how long it may remember that there is none."""
        above, turn = self.directory(parent), self.turn
        shown = await self._shown(above, name)
        if shown is None:
            return self._absent(above, name, turn)
        node = self._known.met(above, _below(above.path, name), shown)
        self._known.told(above, name, node)
        return node, self._told(above, node, turn)

    def attributes(self, inode: int) -> Told:
        node = self._known.node(inode)
        return Told(self._look.of(node), 0, self._options.attr_s)

    def directory(self, inode: int) -> KnownDirectory:
        node = self._known.node(inode)
        if not isinstance(node, KnownDirectory):
            raise not_a_directory()
        return node

    async def open_directory(self, inode: int) -> OpenDirectory:
        node, turn = self.directory(inode), self.turn
        try:
            seen = await self._listed(node)
        except NotShownError:
            if node is not self._known.root:
                raise
            return OpenDirectory(node, (Row(b".", None), Row(b"..", None)), turn)
        rows = [Row(b".", None), Row(b"..", None), *(Row(name, shown) for name, shown in seen.names.items())]
        if node.mark is None:
            node.mark = mark_of(seen.names)
        return OpenDirectory(node, rows, turn)

    def rows(self, opened: OpenDirectory, offset: int) -> Iterator[tuple[int, bytes, Node, Told]]:
        """From an offset on: the next one, the name, and what is told of it. Say so by `told` if it was taken."""
        for at in range(offset, len(opened.rows)):
            name, shown = opened.rows[at]
            if shown is None:
                node: Node = opened.node
            else:
                node = self._known.met(opened.node, _below(opened.node.path, name), shown)
            yield at + 1, name, node, self._told(opened.node, node, opened.turn)

    def told(self, opened: OpenDirectory, name: bytes, node: Node) -> None:
        if name not in (b".", b".."):
            self._known.told(opened.node, name, node)

    # --- told by who follows changes -----------------------------------------------------------------------------

    def changed(self, directories: Sequence[KnownDirectory], files: Sequence[KnownFile], *, everything: bool) -> None:
        """From now on. What was asked for before is not kept by the system."""
        self.turn += 1
        for node in (*directories, *files):
            node.turn = self.turn
        for each in directories:
            self._drop(each.path)
        if everything:
            self.everything_turn = self.turn
            self._seen.clear()
            self._seen_names = 0

    # --- answers -------------------------------------------------------------------------------------------------

    def _told(self, above: KnownDirectory, node: Node, turn: int) -> Told:
        attributes = self._look.of(node)
        if max(above.turn, node.turn, self.everything_turn) > turn:
            return Told(attributes, 0, 0)
        is_view = above.path.startswith(VIEWS) and node.inode > _LAST_FIXED
        entry_s = min(self._options.entry_s, _OF_VIEWS_S) if is_view else self._options.entry_s
        attr_s = 0.0 if isinstance(node, KnownFile) and node.shown.file_id is None else self._options.attr_s
        return Told(attributes, entry_s, attr_s)

    def _absent(self, above: KnownDirectory, name: bytes, turn: int) -> float:
        if max(above.turn, self.everything_turn) > turn or above.path.startswith(VIEWS):
            return 0.0
        now = time.monotonic()
        self._known.absent(above, name, now + self._options.negative_s, now)
        return self._options.negative_s

    async def _shown(self, above: KnownDirectory, name: bytes) -> Shown | None:
        seen = self._seen.get(above.path)
        if seen is not None and (name in seen.names or above.path != _TOP):
            self._seen.move_to_end(above.path)
            return seen.names.get(name)
        try:
            return await self._tree.look_up(_below(above.path, name))
        except (NotShownError, UnicodeDecodeError):
            return None

    async def _listed(self, node: KnownDirectory) -> _Seen:
        seen = self._seen.get(node.path)
        if seen is not None:
            return seen
        path, turn = node.path, self.turn
        seen = seen_in(await self._tree.listing(path))
        if max(node.turn, self.everything_turn) <= turn and not path.startswith(VIEWS):
            self._keep(path, seen)
        return seen

    def _keep(self, path: str, seen: _Seen) -> None:
        self._drop(path)
        self._seen[path] = seen
        self._seen_names += len(seen.names)
        while self._seen_names > _MOST_SEEN and len(self._seen) > 1:
            self._seen_names -= len(self._seen.popitem(last=False)[1].names)

    def _drop(self, path: str) -> None:
        seen = self._seen.pop(path, None)
        if seen is not None:
            self._seen_names -= len(seen.names)


def seen_in(listing: Listing) -> _Seen:
    return _Seen(listing, {each.name.encode(errors="surrogatepass"): each for each in listing.entries})


def mark_of(names: dict[bytes, Shown]) -> int:
    """Two listings with the same mark have the same names, which mean the same."""
    return hash(tuple((name, shown.inode) for name, shown in names.items()))


def _below(path: str, name: bytes) -> str:
    return f"{'' if path == '/' else path}/{name.decode(errors='surrogatepass')}"
