"""Digests of whole files: known from a stream that ran to its end, or found by reading the source once.

Kept in memory by file and version. Who asks for one that is not known waits a moment; a large file goes on being read
and is asked for again. All who ask for the same file wait for one reading.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Literal, NamedTuple

import structlog
import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.content import Content, Opened
from mosaicfs.model.entry import Entry
from mosaicfs.model.times import Clock, now_text
from mosaicfs_transfer.file_bytes import FileBytes

MOST = 10_000
WAIT_S = 8.0
"""Less than a caller waits for the first byte of an answer."""
MOST_READINGS = 2

_log = structlog.get_logger(component="transfer")


class Digest(NamedTuple):
    sha256: bytes
    computed_at: str
    origin: Literal["stream", "source"]


@dataclass(slots=True)
class _Reading:
    over: trio.Event = field(default_factory=trio.Event)
    error: MosaicError | None = None


class Digests:
    """`tag` is the version that a digest is of. Readings run in `nursery`."""

    def __init__(self, content: Content, nursery: trio.Nursery, tag_of: Callable[[Opened], str], clock: Clock) -> None:
        self._content = content
        self._nursery = nursery
        self._tag_of = tag_of
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], Digest] = OrderedDict()
        self._readings: dict[tuple[str, str], _Reading] = {}
        self._turns = trio.CapacityLimiter(MOST_READINGS)

    def known(self, entry: Entry, tag: str) -> Digest | None:
        return self._known.get((entry.file_id, tag))

    def learn(self, file_id: str, tag: str, found: bytes, origin: Literal["stream", "source"]) -> None:
        self._known[file_id, tag] = Digest(found, now_text(self._clock), origin)
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    async def found(self, entry: Entry, tag: str) -> Digest | None:
        """None while it is still being read. What stops the reading is raised once, to who asks then."""
        key = (entry.file_id, tag)
        if (known := self._known.get(key)) is not None:
            return known
        reading = self._readings.get(key)
        if reading is None:
            reading = self._readings[key] = _Reading()
            self._nursery.start_soon(partial(self._read, entry.file_id, tag, reading))
        with trio.move_on_after(WAIT_S):
            await reading.over.wait()
        if reading.error is not None:
            raise reading.error
        return self._known.get(key)

    async def _read(self, file_id: str, tag: str, reading: _Reading) -> None:
        try:
            async with self._turns:
                opened = await self._content.open(file_id, records=False, near=True)
                try:
                    digest = sha256()
                    async with aclosing(FileBytes(opened).pieces(0, opened.size, digest.update)) as pieces:
                        async for _ in pieces:
                            pass
                    self.learn(file_id, self._tag_of(opened), digest.digest(), "source")
                    if not opened.entry.size_known:  # it is asked for by the size that its document has
                        self.learn(file_id, tag, digest.digest(), "source")
                finally:
                    await opened.close()
        except MosaicError as error:
            reading.error = error
        except Exception:  # noqa: BLE001 - one file that cannot be read must not end the server
            _log.exception("digest failed", file_id=file_id)
        finally:
            self._readings.pop((file_id, tag), None)
            reading.over.set()
