"""Small files that came whole with the answer that opened them: read from memory, and put down many at once.

To flush and to note each by itself costs more than to fetch it. What waits is lost with the process, which costs
another fetch and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import apsw
import structlog
import trio

from mosaicfs.model.entry import Entry
from mosaicfs_tiers.cache.data_files import key_of
from mosaicfs_tiers.cache.digests import is_provable
from mosaicfs_tiers.cache.index import Row, put_row, row_in
from mosaicfs_tiers.cache.new_rows import new_row
from mosaicfs_tiers.cache.shelf import Shelf

MOST_WAITING: Final = 16 << 20
MOST_AT_ONCE: Final = 256
GATHERED_S: Final = 0.03

_log = structlog.get_logger(component="cache")


class Arrival(NamedTuple):
    entry: Entry
    content: bytes


class _Staged(NamedTuple):
    row: Row
    file: int
    path: Path


class Arrivals:
    """`same` says whether two entries name one version."""

    def __init__(self, shelf: Shelf, same: Callable[[Entry, Entry], bool]) -> None:
        self._shelf = shelf
        self._same = same
        self._waiting: dict[str, Arrival] = {}
        self._bytes = 0
        self._is_at_work = False
        self._put = trio.Event()
        """Set whenever there is more room, and then another one."""

    def find(self, entry: Entry) -> Arrival | None:
        """What waits of this version."""
        found = self._waiting.get(key_of(entry.file_id)) if self._waiting else None
        return found if found is not None and self._same(found.entry, entry) else None

    def take(self, entry: Entry, content: bytes) -> bool:
        """False where too much waits already."""
        key = key_of(entry.file_id)
        if key in self._waiting or self._bytes + len(content) > MOST_WAITING:
            return False
        self._waiting[key] = Arrival(entry, content)
        self._bytes += len(content)
        if not self._is_at_work:
            self._is_at_work = True
            self._shelf.spawn(self._work)
        return True

    async def take_all(self, contents: Sequence[tuple[Entry, bytes]]) -> None:
        """Waits until there is room for each; one that waits already in another version passes by."""
        for entry, content in contents:
            while key_of(entry.file_id) not in self._waiting and not self.take(entry, content):
                await self._put.wait()

    async def _work(self) -> None:
        """What cannot be put down has passed by."""
        try:
            while self._waiting:
                await trio.sleep(GATHERED_S)
                batch = list(islice(self._waiting.values(), MOST_AT_ONCE))
                try:
                    await self._put_down(batch)
                except OSError as trouble:
                    _log.info("what came could not be kept", files=len(batch), cause=str(trouble))
                finally:
                    for each in batch:
                        del self._waiting[key_of(each.entry.file_id)]
                        self._bytes -= len(each.content)
                    self._put.set()
                    self._put = trio.Event()
        finally:
            self._is_at_work = False

    async def _put_down(self, batch: Sequence[Arrival]) -> None:
        room, fitting, pending = self._shelf.room, [], 0
        is_roomy = room.is_free_for(sum(len(each.content) for each in batch))
        try:
            for each in batch:
                if is_roomy or await room.make(len(each.content), key_of(each.entry.file_id), beside=pending):
                    fitting.append(each)
                    room.pending += len(each.content)
                    pending += len(each.content)
            await self._store(fitting)
        finally:
            room.pending -= pending

    async def _store(self, arrived: Sequence[Arrival]) -> None:
        """Their bytes are on disk before any row speaks of them."""
        staged: list[_Staged] = []
        try:
            await trio.to_thread.run_sync(self._stage, arrived, staged)
            await self._shelf.index.in_thread(partial(self._note, staged))
        except OSError:
            self._shelf.room.full()
            raise
        finally:
            _leave(staged)

    def _stage(self, arrived: Sequence[Arrival], staged: list[_Staged]) -> None:
        now = self._shelf.now()
        for entry, content in arrived:
            if is_provable(entry.digest) and f"sha256:{sha256(content).hexdigest()}" != entry.digest:
                continue
            file, path = self._shelf.files.stage_whole(content)
            digest = entry.digest if is_provable(entry.digest) else None
            row = new_row(entry, len(content), now, sealed_ns=os.fstat(file).st_mtime_ns, digest=digest)
            staged.append(_Staged(row, file, path))

    def _note(self, staged: list[_Staged]) -> None:
        self._shelf.index.change_here(partial(self._store_in, staged=staged))
        _leave(staged)

    def _store_in(self, connection: apsw.Connection, *, staged: Sequence[_Staged]) -> None:
        """Another entry that came meanwhile stays; a stale one has been dropped before."""
        placed = [each for each in staged if row_in(connection, each.row.cache_key) is None]
        # Bytes and names are flushed at once, which costs as much as either of them. A name without a row is removed.
        try:
            names = [(each.path, each.row.cache_key) for each in placed]
            self._shelf.files.place_all(names, [each.file for each in placed])
            for each in placed:
                put_row(connection, each.row)
        except BaseException:
            for each in placed:
                self._shelf.files.remove(each.row.cache_key)
            raise


def _leave(staged: list[_Staged]) -> None:
    """What was placed has another name by now."""
    while staged:
        each = staged.pop()
        os.close(each.file)
        each.path.unlink(missing_ok=True)


class ArrivedHandle:
    """Reads from memory."""

    def __init__(self, content: bytes, version: str | None) -> None:
        self.size = len(content)
        self.version = version
        self._content = content

    async def read(self, offset: int, length: int) -> bytes:
        return self.glance(offset, length)

    def glance(self, offset: int, length: int) -> bytes:
        return self._content[offset : offset + max(0, length)]

    def leave(self) -> None:
        self._content = b""

    async def close(self) -> None:
        self.leave()
