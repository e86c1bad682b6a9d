"""Digests of whole contents, kept by file and version in `<cache>/digests.db`: what was once read need not be again.

They may go at any time, as everything in the cache may; the oldest go when there are too many.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import time
from typing import Literal, NamedTuple, TypeAlias

import apsw
import structlog
import trio

from mosaicfs import OwnFile
from mosaicfs.errors import MosaicError
from mosaicfs.model.entry import Entry
from mosaicfs.model.times import Clock, now_text
from mosaicfs_control.own_database import OwnDatabase, open_own_database, rows

NAME = "digests.db"
MOST = 500_000
AT_ONCE = 2
"""Sources that are read for their digest alone; who reads for himself goes first."""

FILE = OwnFile(
    application_id=0x4D6F4467,
    number=1,
    schema="""
CREATE TABLE digests (
  n INTEGER PRIMARY KEY, file_id TEXT NOT NULL, tag TEXT NOT NULL, sha256 BLOB NOT NULL, computed_at TEXT NOT NULL,
  origin TEXT NOT NULL, UNIQUE (file_id, tag)
);
""",
    is_flushed=False,
)

Origin: TypeAlias = Literal["stream", "source", "plugin"]
"""Found while somebody was sent the bytes, by reading them for it, or told by who has the file."""

_SHA256 = "sha256:"
_log = structlog.get_logger(component="digests")


class Known(NamedTuple):
    sha256: bytes
    computed_at: str
    origin: Origin


class Digests:
    """What cannot be kept or found is found anew by who needs it; nobody fails for it.

    There is no file before there is something to look for.
    """

    def __init__(self, path: Path, held: AsyncExitStack, clock: Clock = time, most: int = MOST) -> None:
        self.slots = trio.CapacityLimiter(AT_ONCE)
        self._path = path
        self._held = held
        self._clock = clock
        self._most = most
        self._opening = trio.Lock()
        self._opened: OwnDatabase | None = None

    async def known(self, entry: Entry, tag: str) -> Known | None:
        """Of this version; also what stands in its document."""

        def read(connection: apsw.Connection) -> list[tuple[bytes, str, Origin]]:
            asked = "SELECT sha256, computed_at, origin FROM digests WHERE file_id = ? AND tag = ?"
            return rows(connection, asked, (entry.file_id, tag))

        try:
            found = await (await self._database()).read(read)
        except MosaicError as trouble:
            _log.info("digests cannot be read", cause=str(trouble))
            found = []
        return Known(*found[0]) if found else _told(entry)

    async def keep(self, file_id: str, tag: str, sha256: bytes, origin: Origin) -> Known:
        kept = Known(sha256, now_text(self._clock), origin)

        def write(connection: apsw.Connection) -> None:
            put = "REPLACE INTO digests (file_id, tag, sha256, computed_at, origin) VALUES (?, ?, ?, ?, ?)"
            rows(connection, put, (file_id, tag, *kept))
            over = "DELETE FROM digests WHERE n <= (SELECT max(n) FROM digests) - ?"
            rows(connection, over, (self._most,))

        try:
            await (await self._database()).write(write)
        except MosaicError as trouble:
            _log.info("a digest is not kept", file_id=file_id, cause=str(trouble))
        return kept

    async def _database(self) -> OwnDatabase:
        async with self._opening:
            if self._opened is None:
                self._opened = await self._held.enter_async_context(open_own_database(self._path, FILE))
            return self._opened


@asynccontextmanager
async def open_digests(cache_dir: Path, clock: Clock = time) -> AsyncIterator[Digests]:
    async with AsyncExitStack() as held:
        yield Digests(cache_dir / NAME, held, clock)


def _told(entry: Entry) -> Known | None:
    """A source may know another kind of digest, which is of no use here."""
    kind, given = (entry.digest or "")[: len(_SHA256)], (entry.digest or "")[len(_SHA256) :]
    try:
        sha256 = bytes.fromhex(given) if kind == _SHA256 else b""
    except ValueError:
        return None
    return Known(sha256, entry.mtime, "plugin") if len(sha256) == 32 else None
