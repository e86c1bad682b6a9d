"""As much of a directory as fits into one answer to the kernel, with the attributes of every name.

What is packed is told: the system knows each of these names once more. Most files differ in little, so what they have
in common is packed once, and theirs in one go. Nobody opens or closes a directory here: the system keeps what it has
read of one, and asks again when it is told to.
"""

from __future__ import annotations

import stat
from collections.abc import Awaitable

from mosaicfs_mount import packing
from mosaicfs_mount.attributes import Look, nanoseconds
from mosaicfs_mount.names import Names, Validity
from mosaicfs_mount.rows import DOTS, BeingRead, Rows, row_at
from mosaicfs_mount.slots import Kind
from mosaicfs_mount.telling import StaleInode, Telling


class Listed:
    def __init__(self, names: Names, look: Look, telling: Telling) -> None:
        self._names = names
        self._look = look
        self._telling = telling
        self._own_files = packing.constants(look.of_own(0, 0, 0))
        self._being_read = BeingRead()

    def read(self, number: int, offset: int, room: int, *, plus: bool) -> bytes | Awaitable[bytes]:
        """Whole rows, from the offset on; at once, if they are at hand. `plus`: with attributes; else names alone."""
        rows = self._being_read.at(offset) if offset else self._names.rows_ahead(number)
        if rows is None:
            return self._read_later(number, offset, room, plus=plus)
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
        self._files(rows, offset, room, valid, parts)
        return b"".join(parts)

    def _row(self, rows: Rows, at: int, valid: Validity, following: int) -> bytes:
        told = self._names.tell(rows.node, rows.names[at], rows.entries[at - len(DOTS)], valid)
        head, rest = packing.validity(told.entry_s, told.attr_s), packing.constants(told.attributes)
        return packing.row(told.number, head, told.attributes, rest, following, rows.names[at])

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
    first_file = rows.first_file
    for at in range(row_at(offset), len(rows.names)):
        offset += 1
        inode = rows.node.inode if at < len(DOTS) else rows.entries[at - len(DOTS)].inode
        part = packing.name_only(inode, offset, rows.names[at], stat.S_IFDIR if at < first_file else stat.S_IFREG)
        room -= len(part)
        if room < 0:
            break
        parts.append(part)
    return b"".join(parts)


def _dots(rows: Rows, at: int, following: int) -> bytes:
    return packing.NOTHING_TOLD + packing.name_only(rows.node.inode, following, rows.names[at], stat.S_IFDIR)
