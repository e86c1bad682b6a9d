"""Whether more may be written, and who gives way: whole entries, the one read longest ago first, never open or pinned.

The cap counts the bytes of all entries but pinned ones, and those that this process has written but not yet noted in a
row. What is pinned has a budget that others see to; here only the disk must have room for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

import structlog
import trio

from mosaicfs.model.configuration import CacheSettings
from mosaicfs.model.notices import Notices
from mosaicfs_tiers.cache.data_files import DataFiles, unused
from mosaicfs_tiers.cache.index import Index, Row, delete_rows, remove_rowless, rows_by_access, touch_rows

FULL: Final = "cache_near_capacity"
_AT_ONCE: Final = 32
_PAGE: Final = 200
_TRIED_AGAIN_S: Final = 1.0
_FOR_THE_INDEX: Final = 1 << 20
"""More than a change of it takes on the disk."""

_log = structlog.get_logger(component="cache")


class Room:
    """`pending` are the bytes that are in files and not in rows. `settings` is asked each time: they may change."""

    def __init__(self, index: Index, files: DataFiles, settings: Callable[[], CacheSettings], notices: Notices) -> None:
        self.pending = 0
        self.evictions = 0
        self._index = index
        self._files = files
        self._settings = settings
        self._notices = notices
        self._evicting = trio.Lock()
        self._touched: dict[str, str] = {}
        self._in_vain_at = float("-inf")

    def could_hold(self, size: int) -> bool:
        """As far as the cap goes, without anybody giving way."""
        return self._used() + size <= self._settings().max_bytes

    def touch(self, key: str, time: str) -> None:
        """That it is read is written down once in a while, and before anybody gives way."""
        self._touched[key] = time

    async def note_touches(self) -> None:
        touched, self._touched = self._touched, {}
        if touched:
            times = [(time, key) for key, time in touched.items()]
            try:
                await self._index.change(partial(touch_rows, times=times))
            except OSError:
                self._touched = touched | self._touched
                raise

    def is_free_for(self, size: int) -> bool:
        """Whether so much may be written without anybody giving way, whosever it is."""
        return self._short_of(size) <= 0

    async def make(self, size: int, key: str = "", *, beside: int = 0) -> bool:
        """Whether so many bytes of an entry may be written now; others give way for them. `beside` are pending bytes
        that are not on the disk yet.
        """
        pinned = bool(key) and self._index.is_pinned(key)
        if self._short_of(size, pinned=pinned, beside=beside) <= 0:
            return True
        if not pinned and self._is_in_vain(size):
            return False
        async with self._evicting:
            if self._short_of(size, pinned=pinned, beside=beside) > 0:
                await self._give_way(size, pinned=pinned, beside=beside)
        if self._short_of(size, pinned=pinned, beside=beside) <= 0:
            return True
        self._in_vain_at = trio.current_time()
        self.full()
        return False

    def has_room_to_stay(self, size: int) -> bool:
        """Whether the disk may take so much that is pinned, at worst in place of all that is not, and is noted."""
        return self._lacking(size) <= self._used() - self.pending

    def _is_in_vain(self, size: int) -> bool:
        return size > self._settings().max_bytes or trio.current_time() < self._in_vain_at + _TRIED_AGAIN_S

    async def _give_way(self, size: int, *, pinned: bool, beside: int) -> None:
        try:
            with suppress(OSError):  # somebody gives way all the same, at worst in another order
                await self.note_touches()
            await self._index.in_thread(lambda: self._evict(self._short_of(size, pinned=pinned, beside=beside)))
        except OSError as trouble:
            _log.info("nothing gives way in the cache", cause=str(trouble))

    async def settle(self) -> None:
        """Down to the limits, which may have been lowered; then say how it stands."""
        await self.make(0)
        if self._used() < self._settings().max_bytes * 8 // 10 and self._short_of(0) <= 0:
            self._notices.clear(FULL)

    def full(self) -> None:
        used, most = self._used() >> 20, self._settings().max_bytes >> 20
        self._notices.observe(
            FULL,
            "warning",
            "The file cache is full",
            f"What is read from elsewhere is not kept: the cache has {used} of {most} MiB, and what it holds is in use "
            f"or its disk has less than {self._settings().min_free_bytes >> 20} MiB free. Make room on the disk of "
            f"{self._files.root}, or set cache.max_bytes higher.",
        )

    def _used(self) -> int:
        return self._index.totals()[1] - self._index.pinned_bytes() + self.pending

    def _short_of(self, size: int, *, pinned: bool = False, beside: int = 0) -> int:
        lacking = self._lacking(size + beside)
        return lacking if pinned else max(self._used() + size - self._settings().max_bytes, lacking)

    def _lacking(self, size: int) -> int:
        try:
            return self._settings().min_free_bytes + size - self._files.free()
        except OSError:
            return size

    def _evict(self, short: int) -> None:
        """In the thread of the index: until so many bytes are given back, or all have been looked at."""
        after = ("", "")
        while short > 0:
            page = self._index.change_here(partial(rows_by_access, after=after, limit=_PAGE))
            if not page:
                return
            after = (page[-1].last_access, page[-1].cache_key)
            for start in range(0, len(page), _AT_ONCE):
                short -= self._give_up(page[start : start + _AT_ONCE], short)
                if short <= 0:
                    return

    def _give_up(self, rows: list[Row], short: int) -> int:
        """Rows first, then files. The lock on each file is held until it has gone, so nobody opens it meanwhile."""
        taken: list[tuple[Row, int]] = []
        freed = 0
        try:
            for row in rows:
                if freed >= short:
                    break
                for file in unused(self._files.path(row.cache_key)):
                    taken.append((row, file))
                    freed += row.cached_bytes
            self._let_go([row for row, _ in taken])
        finally:
            for _, file in taken:
                os.close(file)
        self.evictions += len(taken)
        return freed

    def _let_go(self, rows: list[Row]) -> None:
        """A full disk has no room either for the word that something goes, so there the bytes go first. A complete file
        that is not what its row says is seen to be so by whoever opens it."""
        try:
            self._delete(rows)
        except OSError:
            if self._files.free() >= _FOR_THE_INDEX:
                raise
            for row in rows:
                if row.is_complete:
                    os.truncate(self._files.path(row.cache_key), 0)
            self._delete(rows)

    def _delete(self, rows: list[Row]) -> None:
        if rows:
            keys = [row.cache_key for row in rows]
            self._index.change_here(lambda connection: delete_rows(connection, rows), flushed=True)
            self._index.change_here(lambda connection: remove_rowless(connection, self._files, keys))
