"""Full mode: the whole file is fetched into `tmp/`, checked, flushed, and only then an entry.

Who fetches it can read what is there already; other processes wait until the entry is made, or until nobody makes it.
"""

from __future__ import annotations

import os
from pathlib import Path

import apsw
import trio

from mosaicfs.errors import DigestMismatchError
from mosaicfs.model.entry import Entry
from mosaicfs_tiers.cache.block_map import BLOCK, BlockMap, Blocks, blocks_in
from mosaicfs_tiers.cache.data_files import MeddledError, key_of, write_within
from mosaicfs_tiers.cache.digests import digest_of, is_provable
from mosaicfs_tiers.cache.held import Held, Told
from mosaicfs_tiers.cache.index import Row, put_row, row_in
from mosaicfs_tiers.cache.leases import POLL_S
from mosaicfs_tiers.cache.new_rows import new_row
from mosaicfs_tiers.cache.sealed import sealed_file
from mosaicfs_tiers.cache.shelf import Shelf


class Whole(Held):
    def __init__(self, shelf: Shelf, entry: Entry, size: int, staged: tuple[int, Path], told: Told) -> None:
        super().__init__(BlockMap(blocks_in(size)), staged[0])
        self._staged: Path | None = staged[1]
        self._shelf = shelf
        self._entry = entry
        self._size = size
        self._told = told
        self._key = key_of(entry.file_id)
        self._all: Blocks = (0, max(1, blocks_in(size)))
        self._is_leased = False
        self._is_passing = False
        self._is_finishing = False
        self._pending = 0
        self._left_over: list[int] = []
        self._leasing = trio.Lock()

    async def claim(self, wanted: Blocks, *, ahead: bool) -> Blocks | None:
        async with self._leasing:
            while not (self._is_leased or self._is_passing or self.here.complete()):
                if not await self._lease():
                    if ahead:
                        return None
                    await trio.sleep(POLL_S)
        gaps = self.here.missing(*wanted)
        return gaps[0] if gaps else None

    async def _lease(self) -> bool:
        """Or find that another process has made the entry."""
        try:
            found = await self._shelf.index.change(self._lease_in)
        except OSError:
            self._is_passing = True
            return True
        if isinstance(found, Row):
            return self._adopt(found)
        if found:
            self._is_leased = True
            self._shelf.holding(1)
        return found

    def _lease_in(self, connection: apsw.Connection) -> Row | bool:
        row = row_in(connection, self._key)
        if row is not None and row.is_complete and row.is_version_of(self._entry):
            return row
        leases = self._shelf.leases
        if leases.others(connection, self._key, self._all):
            return False
        leases.take(connection, self._key, self._all)
        return True

    def _adopt(self, row: Row) -> bool:
        """What another process has fetched takes the place of ours, of which nothing is there yet."""
        file = sealed_file(self._shelf, self._entry, row)
        if file is None or row.file_size != self._size:
            self._is_passing = True
            if file is not None:
                os.close(file)
            return True
        self._throw_away()
        self._left_over.append(self.file)
        self.file, self.here = file, BlockMap(self.here.total, [(0, self.here.total)])
        return True

    def rest(self) -> None:
        """The lease is of the whole file: a reader who stops half way keeps nobody else from fetching it."""
        if not self._is_finishing:
            self._end_lease()

    @property
    def wants_all(self) -> bool:
        """Somebody should fetch what is missing, whether it was asked for or not."""
        return not self._is_passing and not self.here.complete()

    async def put(self, blocks: Blocks, content: bytes | memoryview, *, is_unread: bool = False) -> bool:
        room = self._shelf.room
        if self.here.has_all(*blocks):
            return True
        if self._is_passing or not await room.make(len(content), self._key):
            self._is_passing = True
            return False
        room.pending += len(content)
        self._pending += len(content)
        try:
            await trio.to_thread.run_sync(write_within, self.file, self._size, content, blocks[0] * BLOCK)
        except OSError as trouble:
            self._is_passing = True
            if not isinstance(trouble, MeddledError):
                room.full()
            return False
        self.here.add(*blocks)
        self.finish_if_complete()
        return True

    def finish_if_complete(self) -> None:
        if self.here.complete() and self._staged is not None and not self._is_finishing:
            self._is_finishing = True
            self._shelf.spawn(self._finish)

    @property
    def is_settled(self) -> bool:
        return not self._is_finishing

    async def _finish(self) -> None:
        try:
            digest = None
            if is_provable(self._entry.digest):
                digest = await digest_of(self.file, self._shelf.hashing)
            if digest is not None and digest != self._entry.digest:
                self._told.failed(DigestMismatchError(self._entry.file_id, "Its source"))
            else:
                await self._store(digest)
        finally:
            self._is_finishing = False
            self._no_longer_pending()
            self._end_lease()
            self._told.settled()

    async def _store(self, digest: str | None) -> None:
        await trio.to_thread.run_sync(os.fsync, self.file)
        sealed_ns = os.fstat(self.file).st_mtime_ns
        row = new_row(self._entry, self._size, self._shelf.now(), sealed_ns=sealed_ns, digest=digest)
        if await self._shelf.index.change(lambda connection: self._store_in(connection, row)):
            self._staged = None

    def _store_in(self, connection: apsw.Connection, row: Row) -> bool:
        """Another entry that came meanwhile stays; a stale one has been dropped before."""
        if self._staged is None or row_in(connection, self._key) is not None:
            return False
        put_row(connection, row)
        self._shelf.files.place(self._staged, self._key)
        return True

    def _end_lease(self) -> None:
        if self._is_leased:
            self._is_leased = False
            self._shelf.holding(-1)
            self._shelf.spawn(self._give_lease_back)

    async def _give_lease_back(self) -> None:
        leases = self._shelf.leases
        await self._shelf.index.change(lambda connection: leases.give_back(connection, self._key, self._all))

    def _no_longer_pending(self) -> None:
        self._shelf.room.pending -= self._pending
        self._pending = 0

    def _throw_away(self) -> None:
        """A thread may still write to what was ours, so its number is not given free before the end."""
        if self._staged is not None:
            self._staged.unlink(missing_ok=True)
            self._staged = None

    def close(self) -> None:
        self._no_longer_pending()
        self._throw_away()
        self._end_lease()
        while self._left_over:
            os.close(self._left_over.pop())
        super().close()


async def whole(shelf: Shelf, entry: Entry, size: int, told: Told) -> Whole:
    """May be `OSError`."""
    held = Whole(shelf, entry, size, await trio.to_thread.run_sync(shelf.files.stage, size), told)
    held.finish_if_complete()
    return held
