"""The file cache as a tier: it offers what is wholly here, and keeps what other tiers fetch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from time import time
from typing import Final

import structlog
import trio

from mosaicfs.errors import EntryChangedError, EntryUnreadableError
from mosaicfs.model.configuration import CacheSettings
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.json import JsonObject
from mosaicfs.model.notices import Notices
from mosaicfs.model.pin import PinState
from mosaicfs.model.store import Store
from mosaicfs.model.tier import AtHand, Handle, Offer
from mosaicfs.model.times import Clock
from mosaicfs_tiers.cache.arrivals import Arrivals, ArrivedHandle
from mosaicfs_tiers.cache.data_files import key_of
from mosaicfs_tiers.cache.following import follow, reconcile
from mosaicfs_tiers.cache.index import Row
from mosaicfs_tiers.cache.kept_file import KeptFile
from mosaicfs_tiers.cache.kept_handle import KeptHandle
from mosaicfs_tiers.cache.pins import CachedPins
from mosaicfs_tiers.cache.sealed import SealedHandle, sealed_file, sealed_now
from mosaicfs_tiers.cache.shelf import Shelf

COST: Final = 200
RESET: Final = "cache_reset"
_TENDED_EVERY_S: Final = 60.0
_LOOKED_AFTER_EVERY_S: Final = 5.0
"""Several that write at once may together take more than there was for each of them."""
_TRIED_AGAIN_S: Final = 1.0
_COMING: Final = "SELECT 1 FROM cache_leases WHERE cache_key = ? AND expires_at > ? LIMIT 1"

_HERE: Final = Offer(COST, reason="all of it is in the cache")
_JUST_CAME: Final = Offer(COST, reason="all of it has just come")

_log = structlog.get_logger(component="cache")


class FileCache:
    """Of this process; other processes of the machine may have the same directory."""

    name = "cache"
    cost = least_cost = COST

    def __init__(
        self,
        root: Path,
        settings: Callable[[], CacheSettings],
        store: Store,
        notices: Notices,
        *,
        clock: Clock = time,
    ) -> None:
        """Opens the index, so it takes a thread. `settings` is what holds now, and may change."""
        self._store = store
        self._settings = settings
        self._shelf = Shelf.at(root, settings, notices, clock)
        self._kept: dict[str, list[KeptFile]] = {}
        self._arrivals = Arrivals(self._shelf, _same_version)
        self._pins = CachedPins(self._shelf.index, self._shelf.room)
        if self._shelf.index.was_reset:
            notices.observe(
                RESET,
                "info",
                "The file cache began anew",
                f"Its index in {root} was broken and has been set aside. Nothing is lost; what is read from elsewhere "
                "will be fetched again.",
            )

    # --- Tier ----------------------------------------------------------------------------------------------------

    async def offer(self, entry: Entry) -> Offer | None:
        return self.offer_now(entry)

    def offer_now(self, entry: Entry) -> Offer | None:
        if self._arrivals.find(entry) is not None:
            return _JUST_CAME
        row = self._row(entry)
        return _HERE if row is not None and row.is_complete else None

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        if (handle := self.open_now(entry, offer)) is not None:
            return handle
        row = self._row(entry)
        file = None if row is None else sealed_file(self._shelf, entry, row)
        if row is None or file is None:
            if row is not None and row.is_complete:
                self._meddled(row)
            raise EntryUnreadableError(entry.file_id, "its copy in the cache is not what it was, and is dropped")
        return self._sealed(entry, row, file)

    def open_now(self, entry: Entry, offer: Offer) -> ArrivedHandle | SealedHandle | None:
        if (arrival := self._arrivals.find(entry)) is not None:
            self._shelf.figures.hits += 1
            return ArrivedHandle(arrival.content, entry.version)
        found = sealed_now(self._shelf, entry)
        return None if found is None else self._sealed(entry, *found)

    def _sealed(self, entry: Entry, row: Row, file: int) -> SealedHandle:
        self._shelf.touch(row.cache_key)
        return SealedHandle(entry, row, file, self._shelf, self._meddled)

    # --- Keeper --------------------------------------------------------------------------------------------------

    async def keep(self, entry: Entry, source: Handle) -> Handle:
        key = key_of(entry.file_id)
        if not key:
            return source
        if entry.size_known and source.size != entry.size:
            raise EntryChangedError(entry.file_id)
        row = self._shelf.index.row(key)
        if row is not None and not row.is_version_of(entry):
            await self._drop(row)
            row = None
        if row is None and (content := self._arrived(entry, source)) is not None:
            self._shelf.touch(key)
            await source.close()
            return ArrivedHandle(content, source.version)
        kept = self._kept_file(key, entry, source.size, row)
        reader = kept.join(source)
        if kept.size == 0:
            await kept.begin(reader)
        self._shelf.touch(key)
        return KeptHandle(kept, reader, self._shelf.figures)

    async def take_whole(self, contents: Sequence[tuple[Entry, bytes]]) -> None:
        most = self._settings().block_threshold_bytes
        fitting = [each for each in contents if key_of(each[0].file_id) and len(each[1]) < most]
        for entry, content in fitting:
            row = self._shelf.index.row(key_of(entry.file_id))
            if row is not None and not row.is_version_of(entry):
                await self._drop(row)
            self._shelf.figures.fetched_bytes += len(content)
        await self._arrivals.take_all(fitting)

    def here(self, entry: Entry) -> int:
        key = key_of(entry.file_id)
        row = self._shelf.index.glance(key) if key else None
        return row.cached_bytes if row is not None and row.is_version_of(entry) else 0

    def fetching(self, entry: Entry) -> bool:
        key = key_of(entry.file_id)
        return bool(key and self._shelf.index.look(_COMING, (key, time())))

    def _arrived(self, entry: Entry, source: Handle) -> bytes | None:
        """All of a small file, where it came with its opening and is on its way to the disk."""
        seen: object = source
        content = seen.at_hand() if isinstance(seen, AtHand) else None
        is_whole = content is not None and (
            len(content) < self._settings().block_threshold_bytes or not entry.size_known
        )
        if content is None or not is_whole or not self._arrivals.take(entry, content):
            return None
        self._shelf.figures.misses += 1
        self._shelf.figures.fetched_bytes += len(content)
        return content

    def _kept_file(self, key: str, entry: Entry, size: int, row: Row | None) -> KeptFile:
        """The one that others of this process read of this version, or a new one."""
        known = self._kept.setdefault(key, [])
        for kept in known:
            if not kept.is_spent and kept.size == size and _same_version(kept.entry, entry):
                return kept

        def left(kept: KeptFile) -> None:
            if kept in known:
                known.remove(kept)
            if not known and self._kept.get(key) is known:
                del self._kept[key]

        kept = KeptFile(self._shelf, entry, size, left)
        if row is not None and row.file_size == size:
            kept.begin_with(row)
        known.append(kept)
        return kept

    # --- Pins ----------------------------------------------------------------------------------------------------

    async def pin(self, wanted: Collection[str], blocked: Collection[str]) -> None:
        await self._pins.pin(wanted, blocked)

    def pin_state(self, entry: Entry) -> PinState:
        return self._pins.state(entry)

    def lacking(self, entry: Entry) -> Sequence[Span]:
        return self._pins.lacking(entry)

    def has_room_for(self, size: int) -> bool:
        return self._pins.has_room_for(size)

    async def calm(self) -> None:
        await self._shelf.queue.calm()

    # --- Works ---------------------------------------------------------------------------------------------------

    async def work(self) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(follow, self._shelf, self._store)
            nursery.start_soon(self._tend)

    async def _tend(self) -> None:
        await self._shelf.room.settle()
        await reconcile(self._shelf, self._store)
        pause = _TRIED_AGAIN_S
        while True:
            with trio.move_on_after(_TENDED_EVERY_S):
                while self._shelf.room.is_free_for(0):  # noqa: ASYNC110 - others fill the disk, and nobody says so
                    await trio.sleep(_LOOKED_AFTER_EVERY_S)
            for work in (self._shelf.room.note_touches, self._shelf.room.settle):
                try:
                    await work()
                except OSError as trouble:
                    _log.info("the cache could not be tended", cause=str(trouble))
            if self._shelf.room.is_free_for(0):
                pause = _TRIED_AGAIN_S
            else:  # all is in use, or not ours: looked at again soon, then seldom
                await trio.sleep(pause)
                pause = min(2 * pause, _TENDED_EVERY_S)

    # --- Reports -------------------------------------------------------------------------------------------------

    def report(self) -> JsonObject:
        entries, size = self._shelf.index.totals()
        figures = self._shelf.figures
        return {
            "entries": entries,
            "bytes": size,
            "max_bytes": self._settings().max_bytes,
            "pinned_bytes": self._shelf.index.pinned_bytes(),
            "hits": figures.hits,
            "misses": figures.misses,
            "fetched_bytes": figures.fetched_bytes,
            "evictions": self._shelf.room.evictions,
            "leases": self._shelf.index.leases(),
        }

    # --- rows ------------------------------------------------------------------------------------------------------

    def _row(self, entry: Entry) -> Row | None:
        """Of this version."""
        key = key_of(entry.file_id)
        row = self._shelf.index.row(key) if key else None
        return row if row is not None and row.is_version_of(entry) else None

    def _meddled(self, row: Row) -> None:
        self._shelf.spawn(self._shelf.drop, [row])

    async def _drop(self, row: Row) -> None:
        """Where it cannot be, what is fetched passes by it."""
        try:
            await self._shelf.drop([row])
        except OSError as trouble:
            _log.info("a stale entry of the cache cannot be dropped", key=row.cache_key, cause=str(trouble))


def _same_version(one: Entry, other: Entry) -> bool:
    return (one.mtime, one.version, one.size_known, one.digest) == (
        other.mtime,
        other.version,
        other.size_known,
        other.digest,
    )
