"""One version of one file while it is fetched, for all handles of this process: a missing block is fetched once.

A fetch is a task of its own, so that a reader who gives up takes nothing from the others. How what came is held is the
matter of `held` and its kin; whether a block is here is looked up and read without an `await` in between.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from typing import Final

import trio

from mosaicfs.errors import MosaicError, SourceUnavailableError
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Handle
from mosaicfs_tiers.cache.block_map import BLOCK, BadMapError, BlockMap, Blocks, blocks_in
from mosaicfs_tiers.cache.data_files import key_of
from mosaicfs_tiers.cache.fetches import Content, Fetch, Reader, Unread, Window, by_block, joined
from mosaicfs_tiers.cache.held import Held, Told
from mosaicfs_tiers.cache.in_blocks import InBlocks, in_blocks, opened_in_blocks
from mosaicfs_tiers.cache.index import Row
from mosaicfs_tiers.cache.pace import MOST_AHEAD
from mosaicfs_tiers.cache.sealed import sealed_file
from mosaicfs_tiers.cache.shelf import Shelf
from mosaicfs_tiers.cache.whole import Whole, whole

MOST_ORPHANS: Final = 4
MOST_SPANS_IN_MEMORY: Final = 8
MOST_AHEAD_AT_ONCE: Final = 3
MOST_FILLING_AT_ONCE: Final = 5
"""Two more: who fills waits until what came is written down, and others are to be on their way meanwhile."""
IN_ONE_PIECE: Final = 8 << 20
"""A file up to this size is fetched at once; a longer read is taken apart."""


class KeptFile:
    """`left` is called when nothing is open or under way any more."""

    def __init__(self, shelf: Shelf, entry: Entry, size: int, left: Callable[[KeptFile], None]) -> None:
        self.entry = entry
        self.size = size
        self._shelf = shelf
        self._left = left
        self._readers: list[Reader] = []
        self._total = blocks_in(size)
        self._held: Held | None = None
        self._given_up: list[Held] = []
        self._under_way: list[Fetch] = []
        self._window = Window()
        self._unread = Unread()
        self._failure: MosaicError | None = None
        self._fillers = 0
        self._in_memory = trio.CapacityLimiter(MOST_SPANS_IN_MEMORY)
        self._beginning = trio.Lock()
        self._told = Told(lambda: bool(self._under_way), self._release_if_idle, self._fail, self._fill)

    def begin_with(self, row: Row) -> None:
        """With what is here by the index. What cannot be used is dropped; one that is only in use stays."""
        try:
            found = self._opened(row)
            is_in_use = not row.is_complete and self._shelf.files.has(row.cache_key, row.file_size)
        except BadMapError:
            found, is_in_use = None, False
        self._held = found or Held(BlockMap(self._total))
        if found is None and not is_in_use:
            self._shelf.spawn(self._shelf.drop, [row])

    def _opened(self, row: Row) -> Held | None:
        here = row.blocks()
        if not row.is_complete:
            return opened_in_blocks(self._shelf, self.entry, row, self._told)
        file = sealed_file(self._shelf, self.entry, row)
        return None if file is None else Held(here, file)

    @property
    def is_spent(self) -> bool:
        """Nothing of it is kept any more, so who comes now begins anew."""
        return self._failure is not None or bool(self._given_up)

    def join(self, source: Handle) -> Reader:
        reader = Reader(source, self.entry.file_id)
        self._readers.append(reader)
        return reader

    async def begin(self, reader: Reader) -> None:
        """Only with the first read, or for a file that has nothing to read: who opens a file may not read it."""
        async with self._beginning:
            if self._held is None:
                self._held = await self._beginning_held()
            if isinstance(self._held, Whole) and self._held.wants_all and not self._fillers and not reader.is_closed:
                self._start_filling(reader, goes_on=True)
            self._release_if_idle()

    # --- reading -------------------------------------------------------------------------------------------------

    def ready(self, offset: int, length: int) -> Content | None:
        """What was asked for, if it is here."""
        if self._failure is not None:
            raise self._failure
        if (found := self._unread.read(offset, length)) is not None:
            return found
        held = self._held
        if held is None or not held.here.has_all(offset // BLOCK, blocks_in(offset + length)):
            return None
        return self._read(held, offset, length)

    def _read(self, held: Held, offset: int, length: int) -> bytes | None:
        try:
            found = held.read(offset, length)
        except OSError:
            found = b""
        if len(found) == length:
            return found
        self._meddled(held)
        return None

    async def read(self, reader: Reader, offset: int, length: int) -> Content:
        """Of a range within the file; what is missing is fetched from the reader's source or comes from another's."""
        if length <= IN_ONE_PIECE:
            return await self._read_piece(reader, offset, length)
        found = bytearray()
        while len(found) < length:
            found += await self._read_piece(reader, offset + len(found), min(IN_ONE_PIECE, length - len(found)))
        return bytes(found)

    async def _read_piece(self, reader: Reader, offset: int, length: int) -> Content:
        blocks = (offset // BLOCK, blocks_in(offset + length))
        passed: dict[int, memoryview] = {}
        others_may_fail = True
        await self.begin(reader)
        while True:
            if (found := self.ready(offset, length)) is not None:
                return found
            gaps = self._gaps(blocks, passed)
            if not gaps:
                if (found := self._assembled(offset, length, passed)) is not None:
                    return found
                continue
            if reader.is_closed:
                raise SourceUnavailableError(self.entry.file_id, "it was closed")
            fetch = self._fetch_at(gaps[0][0]) or self._start(reader, self._widened(gaps[0], reader))
            await self._wait(fetch)
            passed |= fetch.arrived
            if fetch.error is not None:
                if fetch.reader is reader or not others_may_fail:
                    raise fetch.error
                others_may_fail = False

    def _gaps(self, blocks: Blocks, passed: dict[int, memoryview]) -> list[Blocks]:
        held = self._held
        missing = [blocks] if held is None else held.here.missing(*blocks)
        if not passed and not self._window:
            return missing
        numbers = [number for gap in missing for number in range(*gap)]
        lacking = [number for number in numbers if number not in passed and self._window.get(number) is None]
        return BlockMap(self._total, ((number, number + 1) for number in lacking)).intervals()

    def _assembled(self, offset: int, length: int, passed: dict[int, memoryview]) -> Content | None:
        """Block by block, from memory and from disk. None where the disk did not give what it should."""
        found: list[Content] = []
        end = offset + length
        for block in range(offset // BLOCK, blocks_in(end)):
            start, stop = max(offset, block * BLOCK), min(end, (block + 1) * BLOCK)
            content = passed.get(block) or self._window.get(block)
            if content is not None:
                piece: Content | None = content[start - block * BLOCK : stop - block * BLOCK]
            else:
                piece = None if self._held is None else self._read(self._held, start, stop - start)
            if piece is None:
                return None
            found.append(piece)
        return joined(found)

    # --- fetching ------------------------------------------------------------------------------------------------

    def _widened(self, gap: Blocks, reader: Reader) -> Blocks:
        """A small file comes in one piece, wherever in it somebody reads; to who reads in order comes what follows."""
        if self._is_one_piece:
            return next(each for each in self._gaps((0, self._total), {}) if each[0] <= gap[0] < each[1])
        start, end = reader.ahead_of
        is_in_order = reader.ahead.is_on and start <= gap[0] < end
        return self._gaps((gap[0], max(gap[1], end)), {})[0] if is_in_order else gap

    @property
    def _is_one_piece(self) -> bool:
        return isinstance(self._held, Whole) and self.size <= IN_ONE_PIECE

    def _fetch_at(self, block: int) -> Fetch | None:
        return next((each for each in self._under_way if each.blocks[0] <= block < each.blocks[1]), None)

    def _start(self, reader: Reader, gap: Blocks, *, is_ahead: bool = False, is_filling: bool = False) -> Fetch:
        """Of no block that is under way already."""
        start, end = gap
        later = [each.blocks[0] for each in self._under_way if each.blocks[0] > start]
        most = self._total if self._is_one_piece else reader.pace.blocks
        end = min([end, start + most, *later])
        fetch = Fetch((start, end), reader, is_ahead, is_filling)
        reader.use()
        self._under_way.append(fetch)
        self._shelf.spawn(self._run, fetch)
        return fetch

    async def _wait(self, fetch: Fetch) -> None:
        """Who has caught up with what is fetched ahead holds up nobody: it is on its way already."""
        fetch.waiting += 1
        try:
            with nullcontext() if fetch.is_ahead else self._shelf.queue:
                await fetch.checked.wait()
        finally:
            fetch.waiting -= 1

    async def _run(self, fetch: Fetch) -> None:
        try:
            with fetch.scope:
                await self._fetch(fetch)
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait
            fetch.error = error
        finally:
            self._under_way.remove(fetch)
            fetch.checked.set()
            fetch.done.set()
            self._rest()
        await fetch.reader.leave()

    async def _fetch(self, fetch: Fetch) -> None:
        held = self._held
        if held is None:
            return
        mine = await held.claim(fetch.blocks, ahead=fetch.is_ahead)
        if mine is None:
            return
        is_kept = False
        try:
            async with self._in_memory:
                content = await fetch.reader.span(mine)
                self._shelf.figures.fetched_bytes += len(content)
                fetch.arrived = by_block(mine, content)
                is_unread = self._is_unread(fetch)
                fetch.checked.set()
                is_kept = await held.put(mine, content, is_unread=is_unread)
        finally:
            if not is_kept:
                self._shelf.spawn(held.give_back, mine)
        if not is_kept:
            fetch.is_passing = True
            self._window.add(fetch.arrived)

    def _is_unread(self, fetch: Fetch) -> bool:
        """Whether nobody will look for it in the file for now. Who reads in order is given it from memory."""
        if fetch.reader.ahead.is_on and not fetch.reader.is_closed:
            return self._unread.add(fetch.arrived)
        return fetch.is_filling and not fetch.waiting

    # --- what nobody has asked for yet -----------------------------------------------------------------------------

    def go_ahead(self, reader: Reader, blocks: Blocks) -> None:
        """Fetch these too, behind the reads that somebody waits for, as long as the reader goes on in order.

        What is missing of those just before them comes first.
        """
        start, end = blocks
        if start == reader.ahead_of[1]:
            start = max(reader.ahead_of[0], start - MOST_AHEAD)
        else:
            self._unread.clear()
        reader.ahead_of = (start, min(end, self._total))
        if not reader.is_ahead_running and isinstance(self._held, InBlocks):
            reader.is_ahead_running = True
            self._shelf.spawn(self._run_ahead, reader)

    async def _run_ahead(self, reader: Reader) -> None:
        """A few spans at once, so that the way of one is not waited for before the next is asked for."""
        running: deque[Fetch] = deque()
        try:
            while not reader.is_closed and reader.ahead.is_on:
                await self._shelf.queue.calm()
                gap = None if len(running) == MOST_AHEAD_AT_ONCE else self._next_ahead(reader)
                if gap is not None:
                    running.append(self._start(reader, gap, is_ahead=True))
                    continue
                if not running:
                    return
                fetch = running.popleft()
                await fetch.checked.wait()
                if fetch.error is not None or fetch.is_passing or not fetch.arrived:
                    return
        finally:
            reader.is_ahead_running = False

    def _next_ahead(self, reader: Reader) -> Blocks | None:
        """Nothing for who has closed meanwhile."""
        return None if reader.is_closed else self._unasked(reader.ahead_of)

    def _unasked(self, wanted: Blocks) -> Blocks | None:
        """What of it is neither here nor under way."""
        for start, end in self._gaps(wanted, {}):
            at = start
            while at < end and (fetch := self._fetch_at(at)) is not None:
                at = fetch.blocks[1]
            if at < end:
                return at, end
        return None

    async def fill(self, reader: Reader, wanted: Blocks) -> None:
        """Fetch what is missing of it, a few spans at once and behind whoever waits. Nobody reads it now."""
        await self.begin(reader)
        running: deque[Fetch] = deque()
        while self._failure is None and not reader.is_closed:
            await self._shelf.queue.calm()
            gap = None if len(running) == MOST_FILLING_AT_ONCE else self._unasked(wanted)
            if gap is not None:
                running.append(self._start(reader, gap, is_filling=True))
                continue
            gaps = self._gaps(wanted, {})
            fetch = running.popleft() if running else self._fetch_at(gaps[0][0]) if gaps else None
            if fetch is None:
                return
            await fetch.done.wait()
            if fetch.error is not None and fetch.reader is reader:
                raise fetch.error
            if fetch.is_passing:
                return
        if self._failure is not None:
            raise self._failure

    def _fill(self) -> None:
        """The rest of a file that has come to lie here in too many pieces."""
        reader = next((each for each in self._readers if not each.is_closed), None)
        if reader is not None and self._fillers == 0:
            self._start_filling(reader, goes_on=False)

    def _start_filling(self, reader: Reader, *, goes_on: bool) -> None:
        self._fillers += 1
        reader.use()
        self._shelf.spawn(self._run_filling, reader, goes_on)

    async def _run_filling(self, reader: Reader, goes_on: bool) -> None:
        """All that is missing. `goes_on`: also after the reader has closed, for a few files at once."""
        is_orphan = False
        try:
            while gaps := self._gaps((0, self._total), {}):
                await self._shelf.queue.calm()
                if reader.is_closed and not is_orphan:
                    if not goes_on or self._shelf.orphans >= MOST_ORPHANS:
                        return
                    is_orphan = True
                    self._shelf.orphans += 1
                fetch = self._fetch_at(gaps[0][0]) or self._start(reader, gaps[0], is_filling=True)
                await fetch.done.wait()
                if fetch.error is not None or fetch.is_passing:
                    return
        finally:
            self._shelf.orphans -= is_orphan
            self._fillers -= 1
            self._rest()
            await reader.leave()

    # --- how it is held --------------------------------------------------------------------------------------------

    async def _beginning_held(self) -> Held:
        """Where nothing can be written, everything passes through memory."""
        is_whole = self.size < self._shelf.settings().block_threshold_bytes or not self.entry.size_known
        held: Held | None = None
        try:
            if is_whole:
                held = await whole(self._shelf, self.entry, self.size, self._told)
            else:
                held = await in_blocks(self._shelf, self.entry, self.size, self._told)
        except OSError:
            self._shelf.room.full()
        return held or Held(BlockMap(self._total))

    def _meddled(self, held: Held) -> None:
        """Somebody changed the data file: nothing of it counts, and the rest of these reads passes through memory."""
        if self._held is held:
            self._held = Held(BlockMap(self._total))
            self._given_up.append(held)
            row = self._shelf.index.row(key_of(self.entry.file_id))
            if row is not None and row.is_version_of(self.entry):
                self._shelf.spawn(self._shelf.drop, [row])

    def _fail(self, error: MosaicError) -> None:
        self._failure = error

    def _rest(self) -> None:
        if self._held is not None and not self._under_way and not self._fillers:
            self._held.rest()
        self._release_if_idle()

    # --- the end ---------------------------------------------------------------------------------------------------

    async def close(self, reader: Reader) -> None:
        reader.is_closed = True
        self._readers.remove(reader)
        self._unread.clear()
        for fetch in self._under_way:
            # What has come is written down all the same: nobody may ask for it a second time.
            if fetch.reader is reader and fetch.is_idle and not fetch.checked.is_set():
                fetch.scope.cancel()
        self._release_if_idle()
        await reader.leave()

    def _release_if_idle(self) -> None:
        """Nothing that a thread may still write to is closed."""
        held = [each for each in (self._held, *self._given_up) if each is not None]
        if self._readers or self._under_way or self._fillers or not all(each.is_settled for each in held):
            return
        self._left(self)
        self._held, self._given_up = None, []
        for each in held:
            each.close()
