"""As much of a directory as fits into one answer to the kernel, with the attributes of every name.

What is packed is told: the system knows each of these names once more. Most files differ in little, so what they have
in common is packed once, and theirs in one go. Nobody opens or closes a directory here: the system keeps what it has
read of one, and asks again when it is told to.
"""

from __future__ import annotations

import stat
from collections.abc import Awaitable, Sequence
from typing import Final, NamedTuple

from mosaicfs.model.filing import FolderFiles
from mosaicfs.model.tree import Brief
from mosaicfs_mount import packing
from mosaicfs_mount.attributes import Look, nanoseconds
from mosaicfs_mount.known import KnownDirectory
from mosaicfs_mount.names import Names, Told, Validity
from mosaicfs_mount.rows import DOTS, BeingRead, Rows, row_at, rows_of
from mosaicfs_mount.slots import Kind, Slots
from mosaicfs_mount.telling import StaleInode, Telling

_AHEAD: Final = 8
_ROOM: Final = 32 << 10
"""What the C library asks for."""


class _Packed(NamedTuple):
    """Files of this machine as rows, and what of them the system knows when it has heard them."""

    rows: list[bytes]
    names: Sequence[bytes]
    files: FolderFiles

    def tell(self, known: Slots) -> None:
        files = self.files
        known.tell_new(self.names, files.inodes, files.sizes, files.mtimes_ns, Kind.SURE)


class _Ready(NamedTuple):
    """The first answer about a directory, not told yet, and what is known of its files once it is."""

    rows: Rows
    offset: int
    answer: bytes
    files: Slots


class Listed:
    def __init__(self, names: Names, look: Look, telling: Telling) -> None:
        self._names = names
        self._look = look
        self._telling = telling
        self._own_files = packing.constants(look.of_own(0, 0, 0))
        self._being_read = BeingRead()
        self._ready: dict[int, _Ready] = {}

    def read(self, number: int, offset: int, room: int, *, plus: bool) -> bytes | Awaitable[bytes]:
        """Whole rows, from the offset on; at once, if they are at hand. `plus`: with attributes; else names alone."""
        if offset:
            rows, ready = self._being_read.at(offset), None
        else:
            ready = self._ready.pop(number, None)
            rows = self._names.rows_ahead(number, ready.rows if ready is not None else None)
        if rows is None:
            return self._read_later(number, offset, room, plus=plus)
        if ready is not None and rows is ready.rows and plus and len(ready.answer) <= room and rows.node.is_fresh:
            return self._tell_ready(ready)
        return self._packed(rows, offset or self._being_read.begin(rows), room, plus=plus)

    async def _read_later(self, number: int, offset: int, room: int, *, plus: bool) -> bytes:
        rows = await self._names.rows(number)
        return self._packed(rows, self._being_read.begin(rows) + row_at(offset), room, plus=plus)

    def _packed(self, rows: Rows, offset: int, room: int, *, plus: bool) -> bytes:
        """Free of `await`: what is told and what is known to be must not differ."""
        if row_at(offset) >= len(rows.names):
            self._end(rows, offset)
            return b""
        return self._with_attributes(rows, offset, room) if plus else _names_only(rows, offset, room)

    def _end(self, rows: Rows, offset: int) -> None:
        """Who comes here has read all of it, and the system has kept it; also what was out of date by then."""
        self._being_read.end(offset)
        rows.node.files.rest()
        if not self._names.validity(rows.node, rows.turn).is_current:
            self._telling.tell([StaleInode(rows.node.number, data=True)])

    # --- beforehand ------------------------------------------------------------------------------------------------

    def prepare(self) -> bool:
        """One answer that will be asked for next, while nobody asks for anything. Whether there was one to make."""
        if len(self._ready) > _AHEAD:
            self._ready.clear()
        for node, brief in self._names.coming(_AHEAD):
            if node.number not in self._ready:
                self._make_ready(node, brief)
                return True
        return False

    def _make_ready(self, node: KnownDirectory, brief: Brief) -> None:
        rows, offset = rows_of(node, brief, self._names.turn), self._being_read.new_offset()
        dots = b"".join(_dots(rows, at, offset + at + 1) for at in range(len(DOTS)))
        valid = self._names.validity(node, rows.turn)
        packed = self._pack(rows, brief.files, offset + len(DOTS), _ROOM - len(dots), valid)
        files = Slots()
        packed.tell(files)
        self._ready[node.number] = _Ready(rows, offset, b"".join((dots, *packed.rows)), files)

    def _tell_ready(self, ready: _Ready) -> bytes:
        self._being_read.begin(ready.rows, ready.offset)
        ready.rows.node.files = ready.files
        return ready.answer

    # --- rows ------------------------------------------------------------------------------------------------------

    def _with_attributes(self, rows: Rows, offset: int, room: int) -> bytes:
        valid = self._names.validity(rows.node, rows.turn)
        parts: list[bytes] = []
        first_file = rows.first_file
        while (at := row_at(offset)) < first_file:
            room -= packing.room_of(rows.names[at])
            if room < 0:
                return b"".join(parts)
            offset += 1
            parts.append(_dots(rows, at, offset) if at < len(DOTS) else self._row(rows, at, valid, offset))
        if rows.own is not None:
            parts += self._own(rows, rows.own, offset, room, valid)
        else:
            self._files(rows, offset, room, valid, parts)
        return b"".join(parts)

    def _row(self, rows: Rows, at: int, valid: Validity, following: int) -> bytes:
        return _row(
            self._names.tell(rows.node, rows.names[at], rows.entries[at - len(DOTS)], valid), following, rows.names[at]
        )

    def _own(self, rows: Rows, own: FolderFiles, offset: int, room: int, valid: Validity) -> list[bytes]:
        """Column by column, for it runs over each file of a walk; one by one where something is known of a name."""
        packed = self._pack(rows, own, offset, room, valid)
        if not (valid.is_current and rows.node.knows_none_of(packed.names)):
            return self._own_one_by_one(rows, packed.files, offset, room, valid)
        packed.tell(rows.node.files)
        return packed.rows

    def _pack(self, rows: Rows, own: FolderFiles, offset: int, room: int, valid: Validity) -> _Packed:
        """Under the numbers that they have if nothing is known of them."""
        node, at = rows.node, row_at(offset)
        some = own.part(at - rows.first_file, at - rows.first_file + packing.most_in(room))
        names = rows.names[at : at + len(some.names)]
        head = packing.validity(valid.entry_s, valid.attr_s)
        packed = packing.file_rows(node.number_of(node.files.end), head, some, self._own_files, offset + 1, names)
        end = packing.fitting(packed, room)
        return _Packed(packed[:end], names[:end], some.part(0, end))

    def _own_one_by_one(self, rows: Rows, some: FolderFiles, offset: int, room: int, valid: Validity) -> list[bytes]:
        packed: list[bytes] = []
        for facts in zip(some.inodes, some.sizes, some.mtimes_ns, strict=True):
            name = rows.names[row_at(offset)]
            room -= packing.room_of(name)
            if room < 0:
                break
            offset += 1
            packed.append(_row(self._names.tell_own(rows.node, name, facts, valid), offset, name))
        return packed

    def _files(self, rows: Rows, offset: int, room: int, valid: Validity, parts: list[bytes]) -> None:
        """Long and flat, for it runs once for each file of a walk."""
        node, names, entries = rows.node, rows.names, rows.entries
        head, own, rest = packing.validity(valid.entry_s, valid.attr_s), self._look.node_id, self._own_files
        is_usual = valid.is_current and not (node.folders or node.opened or node.absent)
        tell, base, add = node.files.tell, node.number_of(0), parts.append
        for at in range(row_at(offset), len(names)):
            name = names[at]
            room -= packing.room_of(name)
            if room < 0:
                return
            offset += 1
            shown = entries[at - 2]
            if not is_usual or shown.node_id != own:
                add(self._row(rows, at, valid, offset))
                continue
            inode, size, mtime_ns = shown.inode, shown.size, nanoseconds(shown.mtime)
            number = base + tell(name, inode, size, mtime_ns, Kind.SURE)
            add(packing.file_row(number, head, inode, size, mtime_ns, rest, offset, name))


def _names_only(rows: Rows, offset: int, room: int) -> bytes:
    """Nothing is told of what they mean."""
    parts: list[bytes] = []
    for at in range(row_at(offset), len(rows.names)):
        offset += 1
        kind = stat.S_IFDIR if at < rows.first_file else stat.S_IFREG
        part = packing.name_only(rows.inode(at), offset, rows.names[at], kind)
        room -= len(part)
        if room < 0:
            break
        parts.append(part)
    return b"".join(parts)


def _row(told: Told, following: int, name: bytes) -> bytes:
    head, rest = packing.validity(told.entry_s, told.attr_s), packing.constants(told.attributes)
    return packing.row(told.number, head, told.attributes, rest, following, name)


def _dots(rows: Rows, at: int, following: int) -> bytes:
    return packing.NOTHING_TOLD + packing.name_only(rows.node.inode, following, rows.names[at], stat.S_IFDIR)
