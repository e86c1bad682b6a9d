"""Which files are pinned, for all processes of this machine: a table beside the entries, and how many bytes they hold.

A pinned file need not be here yet, and one that is here need not be of the version that is wanted; both is told by its
entry. Which files these are is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from time import time
from typing import Final

import apsw
import structlog

from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.pin import PinState
from mosaicfs_tiers.cache.block_map import BLOCK, BadMapError, blocks_in
from mosaicfs_tiers.cache.data_files import key_of
from mosaicfs_tiers.cache.index import Index, Row
from mosaicfs_tiers.cache.room import Room
from mosaicfs_tiers.cache.statements import select

_log = structlog.get_logger(component="cache")

_STATE: Final = """SELECT is_blocked, EXISTS (SELECT 1 FROM cache_leases
                                              WHERE cache_key = ?1 AND NOT is_ahead AND expires_at > ?2)
                   FROM cache_pins WHERE cache_key = ?1"""


class CachedPins:
    """The part of `model.tier.Pins` that needs no fetch."""

    def __init__(self, index: Index, room: Room) -> None:
        self._index = index
        self._room = room

    async def pin(self, wanted: Collection[str], blocked: Collection[str]) -> None:
        """Where it cannot be written down, what is wanted is kept like everything else until the next call."""
        after = dict.fromkeys(_keys(blocked), 1) | dict.fromkeys(_keys(wanted), 0)
        try:
            await self._index.change(lambda connection: _put(connection, after))
            # What has become like everything else may be too much.
            await self._room.settle()
        except OSError as trouble:
            _log.info("the cache cannot note what is pinned", cause=str(trouble))

    def state(self, entry: Entry) -> PinState:
        key = key_of(entry.file_id)
        found = self._index.look(_STATE, (key, time())) if key else []
        if not found:
            return "none"
        is_blocked, is_coming = found[0]
        if is_blocked:
            return "blocked"
        row = self._index.glance(key)
        if row is not None and row.is_complete and row.is_version_of(entry):
            return "kept"
        return "fetching" if is_coming else "wanted"

    def lacking(self, entry: Entry) -> Sequence[Span]:
        key = key_of(entry.file_id)
        row = self._index.row(key) if key else None
        if row is None or not row.is_version_of(entry):
            return (Span(0, entry.size),)
        return () if row.is_complete else _gaps(row)

    def has_room_for(self, size: int) -> bool:
        return self._room.has_room_to_stay(size)


def _gaps(row: Row) -> Sequence[Span]:
    try:
        gaps = row.blocks().missing(0, blocks_in(row.file_size))
    except BadMapError:
        gaps = [(0, blocks_in(row.file_size))]
    ends = [(start * BLOCK, min(end * BLOCK, row.file_size)) for start, end in gaps]
    # Its last block may be here already and the entry not yet told complete: reading nothing has that done.
    return [Span(start, end - start) for start, end in ends] or [Span(0, 0)]


def _keys(file_ids: Iterable[str]) -> Iterable[str]:
    return filter(None, map(key_of, file_ids))


def _put(connection: apsw.Connection, after: dict[str, int]) -> None:
    """Only what differs is written: mostly nothing."""
    before = dict(select(connection, "SELECT cache_key, is_blocked FROM cache_pins"))
    gone = [(key,) for key, is_blocked in before.items() if after.get(key) != is_blocked]
    come = [(key, is_blocked) for key, is_blocked in after.items() if before.get(key) != is_blocked]
    connection.executemany("DELETE FROM cache_pins WHERE cache_key = ?", gone)
    connection.executemany("INSERT INTO cache_pins VALUES (?, ?)", come)
