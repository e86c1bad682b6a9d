"""Files that are open: which bytes the system may still have, and how the others come to it.

Bytes of an own file are read on the spot, for a task would cost more than the read, or by the kernel itself; it may
have become shorter since, as any file may. Everything else is asked of its tier, which looks whether a copy is still
what it was; only so many may wait for it at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import trio

from mosaicfs.model.content import Content, Opened
from mosaicfs.model.tier import Lends
from mosaicfs_mount.arriving import Arriving
from mosaicfs_mount.attributes import nanoseconds
from mosaicfs_mount.device.messages import MOST_READ
from mosaicfs_mount.device.passing import Passing
from mosaicfs_mount.errnos import another_version, no_such_name, not_open, read_only, stopping
from mosaicfs_mount.guarding import ALLOWED, Verdict
from mosaicfs_mount.known import KnownFile
from mosaicfs_mount.telling import StaleInode, Telling
from mosaicfs_mount.waiting import Waiting

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_TRUNC | os.O_APPEND | os.O_CREAT
_LOCAL: Final = "local"


class Handed(NamedTuple):
    """`keeps_pages`: what the system has of it holds. `is_direct`: it is to keep nothing and to ask for each read.

    `backing`: it reads by itself, and does not ask.
    """

    handle: int
    keeps_pages: bool = False
    is_direct: bool = False
    backing: int | None = None


@dataclass(slots=True, eq=False)
class _OpenFile:
    node: KnownFile
    opened: Opened
    passed: bool = False
    verdict: Verdict = ALLOWED


@dataclass(slots=True, eq=False)
class _OpenText:
    """What was made at the open, the same for the life of the handle."""

    text: bytes


class Reading:
    """`arriving` hears of each file that is read from elsewhere. `judged` says what a thread may read of one;
    `renumber` lets the name of a file mean something new.
    """

    def __init__(
        self,
        content: Content,
        waiting: Waiting,
        telling: Telling,
        arriving: Arriving,
        passing: Passing,
        *,
        judged: Callable[[KnownFile, int], Verdict],
        renumber: Callable[[int], None],
    ) -> None:
        self._content = content
        self._waiting = waiting
        self._telling = telling
        self._arriving = arriving
        self._passing = passing
        self._judged = judged
        self._renumber = renumber
        self._buffer = memoryview(bytearray(MOST_READ))
        self._open: dict[int, _OpenFile | _OpenText] = {}
        self._last = 0
        self._stopping = False
        self._reads = 0
        self.idle = trio.Event()
        self.idle.set()

    def __len__(self) -> int:
        return len(self._open)

    def stop(self) -> None:
        """Nothing is opened any more; `idle` is set once no read is under way."""
        self._stopping = True

    # --- opening -------------------------------------------------------------------------------------------------

    async def open(self, node: KnownFile, flags: int, pid: int) -> Handed:
        self._refuse(flags)
        if node.shown.file_id is None:
            raise no_such_name()
        verdict = self._judged(node, pid)
        is_whole = verdict is ALLOWED
        with self._waiting.slot("open", node.shown.export_path or node.shown.name):
            opened = await self._content.open(node.shown.file_id, live=True, brief=not is_whole)
        told = node.live[0] if node.live is not None else node.shown.size
        version = self._seen(node, opened)
        if not is_whole:
            return await self._in_part(node, opened, verdict)
        keeps, node.pages = node.pages == version, version
        if (backing := self._passed(node, opened)) is not None:
            return Handed(self._new(_OpenFile(node, opened, passed=True)), backing=backing)
        await self._refuse_passed(node, opened)
        return Handed(self._new(_OpenFile(node, opened)), keeps, opened.size != told or not opened.entry.size_known)

    async def _in_part(self, node: KnownFile, opened: Opened, verdict: Verdict) -> Handed:
        """The system would read ahead of who reads, so it is to ask for each read."""
        await self._refuse_passed(node, opened)
        return Handed(self._new(_OpenFile(node, opened, verdict=verdict)), is_direct=True)

    async def _refuse_passed(self, node: KnownFile, opened: Opened) -> None:
        """Somebody has another version open under that number: the name gets a new one, and the system tries again."""
        if self._passing.is_passed(node.number):
            await opened.close()
            self._renumber(node.number)
            raise another_version()

    def _passed(self, node: KnownFile, opened: Opened) -> int | None:
        """An own file, for a copy must be looked at with each read. As long as somebody has it open in one way, the
        system takes it in no other.
        """
        descriptor = opened.fd() if opened.tier == _LOCAL else None
        if descriptor is None or (node.opens and not self._passing.is_passed(node.number)):
            return None
        return self._passing.take(node.number, descriptor)

    def open_text(self, text: bytes, flags: int) -> Handed:
        self._refuse(flags)
        return Handed(self._new(_OpenText(text)), is_direct=True)

    def _refuse(self, flags: int) -> None:
        if flags & _WRITING:
            raise read_only()
        if self._stopping:
            raise stopping()

    def _new(self, opened: _OpenFile | _OpenText) -> int:
        self._last += 1
        self._open[self._last] = opened
        if isinstance(opened, _OpenFile):
            opened.node.opens += 1
        return self._last

    def _seen(self, node: KnownFile, opened: Opened) -> object:
        """The version that is read. An own file is shown as it is, also where its document is behind."""
        entry, descriptor = opened.entry, opened.fd()
        if opened.tier == _LOCAL and descriptor is not None:
            found = os.fstat(descriptor)
            live = found.st_size, found.st_mtime_ns
            self._be_live(node, live, is_ahead=not _same(live, entry.size, entry.mtime))
            return live
        if not entry.size_known and opened.size != node.shown.size:
            self._be_live(node, (opened.size, nanoseconds(entry.mtime)), is_ahead=True)
        return opened.size, entry.mtime, entry.version

    def _be_live(self, node: KnownFile, live: tuple[int, int], *, is_ahead: bool) -> None:
        now = live if is_ahead else None
        if node.live != now:
            node.live = now
            self._telling.tell([StaleInode(node.number, data=True)])

    # --- reading -------------------------------------------------------------------------------------------------

    def read_now(self, handle: int, offset: int, length: int) -> bytes | memoryview | None:
        """None where it takes longer. It is of use until the next read."""
        opened = self._known(handle)
        if isinstance(opened, _OpenText):
            return opened.text[offset : offset + length]
        opened.verdict.look(offset)
        if opened.opened.tier != _LOCAL:
            return self._glance(opened, offset, length)
        descriptor = opened.opened.fd()
        if descriptor is None or length > len(self._buffer):
            return None
        try:
            return self._buffer[: os.preadv(descriptor, [self._buffer[:length]], offset)]
        except OSError:
            return None

    def _glance(self, opened: _OpenFile, offset: int, length: int) -> bytes | memoryview | None:
        found = opened.opened.glance(offset, length)
        if found is not None:
            self._arriving.expect(opened.node)
        return found

    async def read(self, handle: int, offset: int, length: int) -> bytes | memoryview:
        """Of a file that cannot be read at once; somebody else is asked where the system refuses."""
        opened = self._known(handle)
        assert isinstance(opened, _OpenFile)
        return await self._wait_for(opened, offset, length)

    async def _wait_for(self, opened: _OpenFile, offset: int, length: int) -> bytes | memoryview:
        shown = opened.node.shown
        with self._waiting.slot("read", shown.export_path or shown.name):
            self._reads += 1
            self.idle = trio.Event() if self._reads == 1 else self.idle
            self._arriving.expect(opened.node)
            try:
                return await _passed_on(opened.opened, offset, length)
            finally:
                self._reads -= 1
                if not self._reads:
                    self.idle.set()

    def close_now(self, handle: int) -> bool:
        """False where it takes longer, and has not been done."""
        opened = self._open.get(handle)
        if not isinstance(opened, _OpenFile) or not opened.opened.leave():
            return False
        del self._open[handle]
        self._ended(opened)
        return True

    async def close(self, handle: int) -> None:
        opened = self._open.pop(handle, None)
        if isinstance(opened, _OpenFile):
            self._ended(opened)
            await opened.opened.close()

    def _ended(self, opened: _OpenFile) -> None:
        opened.node.opens -= 1
        if opened.passed:
            self._passing.let_go(opened.node.number)

    async def close_all(self) -> None:
        for handle in list(self._open):
            await self.close(handle)

    def _known(self, handle: int) -> _OpenFile | _OpenText:
        try:
            return self._open[handle]
        except KeyError:
            raise not_open() from None


async def _passed_on(opened: Opened, offset: int, length: int) -> bytes | memoryview:
    """Without a copy, where nobody needs one."""
    return await (opened.lend if isinstance(opened, Lends) else opened.read)(offset, length)


def _same(live: tuple[int, int], size: int, mtime: str) -> bool:
    return live[0] == size and live[1] // 1_000 == nanoseconds(mtime) // 1_000
