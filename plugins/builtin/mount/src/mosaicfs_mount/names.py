"""Names and attributes, as the system asks for them: from the tree, and from what it was told before.

An answer comes with the time for which the system may keep it. One that was asked for before its directory changed and
given after it is not to be kept at all: `following` has compared already what the system knew by then.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from mosaicfs.errors import NotShownError
from mosaicfs.model.tree import Brief, Listing, Shown, Tree
from mosaicfs_mount.attributes import Attributes, Look, nanoseconds
from mosaicfs_mount.errnos import name_too_long, no_such_name, not_a_directory
from mosaicfs_mount.known import Known, KnownDirectory, KnownFile, Node, below
from mosaicfs_mount.options import MountOptions
from mosaicfs_mount.rows import Rows, rows_of
from mosaicfs_mount.slots import Kind
from mosaicfs_mount.walking import Walking

VIEWS: Final = "/.mosaic"
_OF_VIEWS_S: Final = 1.0
_TOP: Final = "/"
"""It has names that it does not list."""

LONGEST_NAME: Final = 255
_MANY: Final = 32
"""Names asked for one after the other in one directory, from which on all of them are listed."""


class Told(NamedTuple):
    """`entry_s` is of the name, `attr_s` of the attributes."""

    number: int
    attributes: Attributes
    entry_s: float
    attr_s: float


class _Near(NamedTuple):
    """The directory in which names are asked for at the moment: how many were, and all of them once it was listed."""

    directory: KnownDirectory
    asked: int = 0
    names: dict[bytes, Shown] | None = None


class Validity(NamedTuple):
    """For how long the system may keep what was asked for in that turn."""

    turn: int
    entry_s: float = 0.0
    attr_s: float = 0.0
    is_current: bool = False


class Names:
    """`turn` is how often something has changed, for all and for each directory that the system knows."""

    def __init__(self, tree: Tree, known: Known, look: Look, options: MountOptions) -> None:
        self._tree = tree
        self._known = known
        self._look = look
        self._options = options
        self.walking = Walking(tree, look.node_id)
        self._near: _Near | None = None
        self.turn = 0
        self.everything_turn = 0

    # --- asked by the system -------------------------------------------------------------------------------------

    async def look_up(self, parent: int, name: bytes) -> Told | float:
        """Or for how long it may remember that there is none."""
        if len(name) > LONGEST_NAME:
            raise name_too_long()
        above, turn = self.directory(parent), self.turn
        shown = await self._shown(above, name)
        if shown is None:
            return self._absent(above, name, turn)
        return self.tell(above, name, shown, self.validity(above, turn))

    async def attributes(self, number: int) -> Told:
        if (directory := self._known.directory(number)) is not None:
            attr_s = self._attr_s(directory, self._options.attr_s)
            return Told(number, self._look.of(directory), 0, attr_s)
        if (file := self._known.file(number)) is not None:
            return Told(number, self._look.of(file), 0, self._options.attr_s if file.shown.file_id is not None else 0)
        place = self._known.place(number)
        if place.row.is_sure:
            return Told(number, self._look.of_own(*place.row[1:4]), 0, self._options.attr_s)
        turn = self.turn
        shown = await self._shown_at(number)
        if shown is None:
            return Told(number, self._look.of_own(*place.row[1:4]), 0, 0)
        valid = self.validity(place.directory, turn)
        return Told(number, self._look.of_shown(shown), 0, valid.attr_s if shown.file_id is not None else 0)

    async def node(self, number: int) -> Node:
        """With all that is known of it, although nobody has opened it."""
        node = self._known.directory(number) or self._known.file(number)
        if node is not None:
            return node
        shown = await self._shown_at(number)
        if shown is None:
            raise no_such_name()
        return KnownFile(number, shown)

    async def file_to_open(self, number: int) -> KnownFile | None:
        """None of a directory."""
        if self._known.directory(number) is not None:
            return None
        known = self._known.file(number)
        shown = await self._shown_at(number) if known is None else None
        if known is None and shown is None:
            raise no_such_name()
        return known if shown is None else self._known.open(number, shown)

    def directory(self, number: int) -> KnownDirectory:
        node = self._known.directory(number)
        if node is None:
            raise not_a_directory()
        return node

    def rows_ahead(self, number: int, made: Rows | None = None) -> Rows | None:
        """Of a directory, if they are at hand; those that were made beforehand, if they still hold."""
        node = self.directory(number)
        found = self.walking.ahead(node.path)
        if found is None:
            return None
        if made is not None and isinstance(found, Brief) and made.own is found.files and made.turn == self.turn:
            node.mark = made.mark if node.mark is None else node.mark
            return made
        return self._begun(node, found, self.turn)

    def coming(self, most: int) -> Iterator[tuple[KnownDirectory, Brief]]:
        """Directories that will be asked for next if somebody goes on walking, as far as the system was told of them;
        those that have nothing but files, of which nothing is known yet.
        """
        for brief in self.walking.coming(most):
            node = self._known.directory_of(brief.inode, brief.path)
            if node is not None and not brief.directories and node.is_fresh:
                yield node, brief

    async def rows(self, number: int) -> Rows:
        """`NotShownError` where it is not there any more."""
        node, turn = self.directory(number), self.turn
        listing: Listing | Brief | None = None
        try:
            listing = await self.walking.listing(node.path)
        except NotShownError:
            if node is not self._known.root:
                raise
        return self._begun(node, listing, turn)

    def _begun(self, node: KnownDirectory, listing: Listing | Brief | None, turn: int) -> Rows:
        rows = rows_of(node, listing, turn)
        if node.mark is None:
            node.mark = rows.mark
        return rows

    # --- told to the system --------------------------------------------------------------------------------------

    def tell(self, above: KnownDirectory, name: bytes, shown: Shown, valid: Validity) -> Told:
        """The system knows it by this name from now on."""
        above.be_present(name)
        if shown.kind == "directory":
            above.files.untell(name)
            return self._tell_directory(above, name, shown, valid)
        self._known.untold(above, name)
        kind = Kind.SURE if valid.is_current and self._look.is_own(shown) else Kind.UNSURE
        slot = above.files.tell(name, shown.inode, shown.size, nanoseconds(shown.mtime), kind)
        number = above.number_of(slot)
        return Told(
            number, self._of_file(number, shown), valid.entry_s, valid.attr_s if shown.file_id is not None else 0
        )

    def tell_own(self, above: KnownDirectory, name: bytes, facts: tuple[int, int, int], valid: Validity) -> Told:
        """The same of a file of this machine of which no more is known than inode, size and time."""
        above.be_present(name)
        self._known.untold(above, name)
        number = above.number_of(above.files.tell(name, *facts, Kind.SURE if valid.is_current else Kind.UNSURE))
        known = self._known.file(number)
        attributes = self._look.of_own(*facts) if known is None else self._look.of(known)
        return Told(number, attributes, valid.entry_s, valid.attr_s)

    def _tell_directory(self, above: KnownDirectory, name: bytes, shown: Shown, valid: Validity) -> Told:
        node = self._known.met(above, below(above.path, name), shown)
        self._known.told(above, name, node)
        attr_s = self._attr_s(node, valid.attr_s)
        return Told(node.number, self._look.of(node), *((0, 0) if node.turn > valid.turn else (valid.entry_s, attr_s)))

    def _attr_s(self, node: KnownDirectory, attr_s: float) -> float:
        """What the system has kept of a listing holds for it as long as the time of the directory is the same: that of
        a view is always another.
        """
        if not node.path.startswith(VIEWS):
            return attr_s
        node.changed_ns = time.time_ns()
        return 0

    def _of_file(self, number: int, shown: Shown) -> Attributes:
        if self._known.file(number) is None:
            return self._look.of_shown(shown)
        return self._look.of(self._known.open(number, shown))

    def validity(self, above: KnownDirectory, turn: int) -> Validity:
        """Of answers about names in a directory that were asked for in that turn."""
        if max(above.turn, self.everything_turn) > turn:
            return Validity(turn)
        given = self._options.entry_s
        entry_s = min(given, _OF_VIEWS_S) if above.path.startswith(VIEWS) else given
        return Validity(turn, entry_s, self._options.attr_s, is_current=True)

    # --- told by who follows changes -----------------------------------------------------------------------------

    def changed(self, directories: Sequence[KnownDirectory], *, everything: bool) -> None:
        """From now on. What was asked for before is not kept by the system, and nothing is kept here."""
        self.turn += 1
        for node in directories:
            node.turn = self.turn
        if everything:
            self.everything_turn = self.turn
        self.walking.drop()
        self._near = None

    # --- answers -------------------------------------------------------------------------------------------------

    def _absent(self, above: KnownDirectory, name: bytes, turn: int) -> float:
        if not self.validity(above, turn).is_current or above.path.startswith(VIEWS):
            return 0.0
        now = time.monotonic()
        above.be_absent(name, now + self._options.negative_s, now)
        return self._options.negative_s

    async def _shown_at(self, number: int) -> Shown | None:
        """What is at the place of a file, if it is still that file."""
        place = self._known.place(number)
        shown = await self._shown(place.directory, place.row.name) if place.row.name else None
        return shown if shown is not None and shown.inode == place.row.inode else None

    async def _shown(self, above: KnownDirectory, name: bytes) -> Shown | None:
        near = self._near
        if near is None or near.directory is not above:
            near = self._near = _Near(above)
        if near.names is not None:
            return near.names.get(name)
        if near.asked >= _MANY and above.path != _TOP and not above.path.startswith(VIEWS):
            return (await self._all_near(above)).get(name)
        self._near = near._replace(asked=near.asked + 1)
        try:
            return await self._tree.look_up(below(above.path, name))
        except (NotShownError, UnicodeDecodeError):
            return None

    async def _all_near(self, above: KnownDirectory) -> dict[bytes, Shown]:
        turn = self.turn
        try:
            entries: Sequence[Shown] = (await self._tree.listing(above.path)).entries
        except NotShownError:
            entries = ()
        names = {each.name.encode(errors="surrogatepass"): each for each in entries}
        if turn == self.turn:
            self._near = _Near(above, names=names)
        return names
