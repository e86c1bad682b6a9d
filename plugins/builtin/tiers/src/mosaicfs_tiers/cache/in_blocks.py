"""Block mode: a sparse file in its place from the first block on, and a row that says which blocks it has.

Blocks are in the row only after they are on disk: written, flushed, then noted, several at once. The row is shared with
the other processes, so each change adds to what stands there now.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import apsw
import trio

from mosaicfs.errors import DigestMismatchError
from mosaicfs.model.entry import Entry
from mosaicfs_tiers.cache.block_map import BLOCK, LEFT_AFTER_GIVING_UP, MOST_STORED, BadMapError, BlockMap, Blocks
from mosaicfs_tiers.cache.data_files import MeddledError, is_alone, punch, require_length, share, write_within
from mosaicfs_tiers.cache.digests import digest_of, is_provable
from mosaicfs_tiers.cache.held import Held, Told
from mosaicfs_tiers.cache.index import Row, delete_rows, put_row, row_in
from mosaicfs_tiers.cache.leases import POLL_S
from mosaicfs_tiers.cache.new_rows import new_row
from mosaicfs_tiers.cache.past_pages import PastPages
from mosaicfs_tiers.cache.shelf import Shelf
from mosaicfs_tiers.cache.statements import run

NOTED_AFTER: Final = 16 << 20
NOTED_AFTER_S: Final = 1.0
_LOOK_S: Final = 0.05
_MOST_AHEAD_BLOCKS: Final = 64


class _Claim(NamedTuple):
    """`mine` is to be fetched by us; without it, `is_busy` says that others fetch what is missing."""

    mine: Blocks | None = None
    is_busy: bool = False
    there: BlockMap | None = None
    is_gone: bool = False


class InBlocks(Held):
    def __init__(self, shelf: Shelf, entry: Entry, row: Row, file: int, told: Told) -> None:
        super().__init__(row.blocks(), file)
        self._shelf = shelf
        self._entry = entry
        self._row = row
        self._told = told
        self._noting: list[Blocks] = []
        self._noting_bytes = 0
        self._is_settling = False
        self._is_gone = False
        self._leased: set[Blocks] = set()
        self._file_in_use = trio.Lock()
        self._past_pages = PastPages(file)

    # --- before a fetch ------------------------------------------------------------------------------------------

    async def claim(self, wanted: Blocks, *, ahead: bool) -> Blocks | None:
        while True:
            gaps = self.here.missing(*wanted)
            if not gaps:
                return None
            if self._is_gone:
                return gaps[0]
            try:
                found = await self._shelf.index.change(partial(self._claim_in, gaps=gaps, ahead=ahead))
            except OSError:
                found = _Claim(gaps[0], is_gone=True)
            self._is_gone = found.is_gone
            if found.there is not None:
                self.here.add_all(found.there)
            if found.mine is not None:
                self._lease(found)
                return found.mine
            if ahead and found.is_busy:
                return None
            if found.is_busy:
                await trio.sleep(POLL_S)

    def _lease(self, found: _Claim) -> None:
        if found.mine is not None and not found.is_gone:
            self._leased.add(found.mine)
            self._shelf.holding(1)

    def _claim_in(self, connection: apsw.Connection, *, gaps: list[Blocks], ahead: bool) -> _Claim:
        row = self._present(connection)
        if row is None:
            return _Claim(gaps[0], is_gone=True)
        leases, key, is_busy = self._shelf.leases, row.cache_key, False
        there = row.blocks()
        for missing in [part for gap in gaps for part in there.missing(*gap)]:
            taken = BlockMap(there.total, leases.others(connection, key, missing))
            free = taken.missing(*missing)
            if not free:
                is_busy = True
                continue
            if ahead and leases.ahead(connection) + free[0][1] - free[0][0] > _MOST_AHEAD_BLOCKS:
                return _Claim(is_busy=True, there=there)
            leases.take(connection, key, free[0], ahead=ahead)
            return _Claim(free[0], there=there)
        return _Claim(is_busy=is_busy, there=there)

    def _present(self, connection: apsw.Connection) -> Row | None:
        """The row, if it is in the same life as our file. One that cannot be read is none any more."""
        row = row_in(connection, self._row.cache_key)
        if row is None or row.generation != self._row.generation:
            return None
        try:
            row.blocks()
        except BadMapError:
            delete_rows(connection, [row])
            return None
        return row

    async def give_back(self, blocks: Blocks) -> None:
        if blocks in self._leased:
            self._forget([blocks])
            leases, key = self._shelf.leases, self._row.cache_key
            await self._shelf.index.change(lambda connection: leases.give_back(connection, key, blocks))

    def _forget(self, leased: list[Blocks]) -> None:
        for blocks in leased:
            if blocks in self._leased:
                self._leased.discard(blocks)
                self._shelf.holding(-1)

    # --- after a fetch -------------------------------------------------------------------------------------------

    async def put(self, blocks: Blocks, content: bytes | memoryview, *, is_unread: bool = False) -> bool:
        room = self._shelf.room
        if self._is_gone or not await room.make(len(content), self._row.cache_key):
            return False
        room.pending += len(content)
        try:
            async with self._file_in_use:
                await trio.to_thread.run_sync(self._write, memoryview(content), blocks[0] * BLOCK, is_unread)
                self.here.add(*blocks)
        except BaseException as trouble:
            room.pending -= len(content)
            if not isinstance(trouble, OSError):
                raise
            self._not_put(trouble)
            return False
        self._noting.append(blocks)
        self._noting_bytes += len(content)
        if not self._is_settling:
            self._is_settling = True
            self._shelf.spawn(self._settle_until_done)
        return True

    def _write(self, content: memoryview, offset: int, is_unread: bool) -> None:
        """In a thread."""
        size = self._row.file_size
        if is_unread:
            require_length(self.file, size)
            done = self._past_pages.write(content, offset)
            content, offset = content[done:], offset + done
        if content:
            write_within(self.file, size, content, offset)

    def _not_put(self, trouble: OSError) -> None:
        if isinstance(trouble, MeddledError):
            self._is_gone = True
            self._shelf.spawn(self._shelf.drop, [self._row])
        else:
            self._shelf.room.full()

    @property
    def is_settled(self) -> bool:
        return not self._is_settling

    def close(self) -> None:
        self._past_pages.close()
        super().close()

    async def _settle_until_done(self) -> None:
        try:
            while self._noting:
                await self._wait_for_more()
                await self._note()
        finally:
            self._is_settling = False
            self._told.settled()

    async def _wait_for_more(self) -> None:
        """Nothing is gained by waiting when nothing is under way."""
        until = trio.current_time() + NOTED_AFTER_S
        while self._noting_bytes < NOTED_AFTER and trio.current_time() < until:
            await trio.sleep(_LOOK_S)
            if not self._told.is_busy():
                return

    async def _note(self) -> None:
        blocks, size = self._noting, self._noting_bytes
        self._noting, self._noting_bytes = [], 0
        # All that is here now: an earlier row may have had too many intervals to name them all.
        written = BlockMap(self.here.total, self.here.intervals())
        try:
            await trio.to_thread.run_sync(os.fdatasync, self.file)
            stored = await self._noted(blocks, written)
        except OSError:
            self._is_gone = True
            self._shelf.room.full()
            return
        finally:
            self._forget(blocks)
            self._shelf.room.pending -= size
        self._is_gone = self._is_gone or stored is None
        if stored is not None and len(stored) > MOST_STORED:
            await self._thin_out(stored)

    async def _noted(self, blocks: list[Blocks], written: BlockMap) -> BlockMap | None:
        """What is here by the index now; None where it has dropped the entry meanwhile."""
        digest = None
        while True:
            known = digest
            stored, lacks_digest = await self._shelf.index.change(
                lambda connection, known=known: self._note_in(connection, blocks, written, known)  # type: ignore[misc]
            )
            if stored is None or not lacks_digest:
                return stored
            self.here.add_all(stored)
            digest = await digest_of(self.file, self._shelf.hashing)
            if digest != self._entry.digest:
                await self._shelf.drop([self._row])
                self._told.failed(DigestMismatchError(self._entry.file_id, "Its source"))
                return None

    def _note_in(
        self, connection: apsw.Connection, blocks: list[Blocks], written: BlockMap, digest: str | None
    ) -> tuple[BlockMap | None, bool]:
        """A complete file is noted only with its digest, where there is one to compare: True asks for it."""
        row = self._present(connection)
        stored = None if row is None else row.blocks()
        if stored is not None:
            stored.add_all(written)
        if stored is not None and stored.complete() and digest is None and is_provable(self._entry.digest):
            return stored, True
        for one in blocks:
            self._shelf.leases.give_back(connection, self._row.cache_key, one)
        if stored is not None:
            self._store_in(connection, stored, digest)
        return stored, False

    def _store_in(self, connection: apsw.Connection, stored: BlockMap, digest: str | None = None) -> None:
        kept = stored.longest(MOST_STORED) if len(stored) > MOST_STORED else stored
        sealed = os.fstat(self.file).st_mtime_ns if kept.complete() else None
        run(
            connection,
            """UPDATE cache_entries SET block_map = ?, cached_bytes = ?, sealed_ns = ?, digest = ?
               WHERE cache_key = ? AND generation = ?""",
            (
                kept.encode(),
                kept.bytes_of(self._row.file_size),
                sealed,
                digest,
                self._row.cache_key,
                self._row.generation,
            ),
        )

    # --- too many intervals ----------------------------------------------------------------------------------------

    async def _thin_out(self, stored: BlockMap) -> None:
        missing = self._row.file_size - stored.bytes_of(self._row.file_size)
        if self._shelf.room.could_hold(missing):
            self._told.fill()
        else:
            await self._give_up_shortest()

    async def _give_up_shortest(self) -> None:
        """The row first, on disk, then what we know, then the room; the file is not written to meanwhile."""

        def shorten(connection: apsw.Connection) -> BlockMap | None:
            row = self._present(connection)
            if row is None:
                return None
            kept = row.blocks().longest(LEFT_AFTER_GIVING_UP)
            self._store_in(connection, kept)
            return kept

        async with self._file_in_use:
            kept = await self._shelf.index.change(shorten, flushed=True)
            if kept is None:
                return
            for blocks in self._noting:
                kept.add(*blocks)
            given_up = [part for one in self.here.intervals() for part in kept.missing(*one)]
            self.here = kept
            if is_alone(self.file):
                await trio.to_thread.run_sync(_punch_all, self.file, given_up)
            share(self.file)


def _punch_all(file: int, given_up: list[Blocks]) -> None:
    for start, end in given_up:
        punch(file, start * BLOCK, (end - start) * BLOCK)


# --- opening -------------------------------------------------------------------------------------------------------


async def in_blocks(shelf: Shelf, entry: Entry, size: int, told: Told) -> InBlocks | None:
    """A new entry, or the one that another process has just made; None where that cannot be opened. Or `OSError`."""
    row = new_row(entry, size, shelf.now(), block_size=BLOCK)
    file, staged = await trio.to_thread.run_sync(shelf.files.stage, size)
    try:
        found = await shelf.index.change(lambda connection: _begin_in(connection, shelf, row, staged))
    except BaseException:
        _throw_away(file, staged)
        raise
    if found is None:
        return InBlocks(shelf, entry, row, file, told)
    _throw_away(file, staged)
    return opened_in_blocks(shelf, entry, found, told)


def opened_in_blocks(shelf: Shelf, entry: Entry, row: Row, told: Told) -> InBlocks | None:
    """None for an entry that is not what its row says, or gone by now."""
    try:
        file = shelf.files.open(row.cache_key, writing=True)
    except OSError:
        return None
    present = shelf.index.row(row.cache_key)
    fits = present is not None and present.generation == row.generation and row.is_version_of(entry)
    if not fits or row.block_size != BLOCK or os.fstat(file).st_size != row.file_size:
        os.close(file)
        return None
    return InBlocks(shelf, entry, row, file, told)


def _begin_in(connection: apsw.Connection, shelf: Shelf, row: Row, staged: Path) -> Row | None:
    """The row that is there already, if there is one."""
    found = row_in(connection, row.cache_key)
    if found is None:
        put_row(connection, row)
        shelf.files.place(staged, row.cache_key)
    return found


def _throw_away(file: int, staged: Path) -> None:
    os.close(file)
    staged.unlink(missing_ok=True)
