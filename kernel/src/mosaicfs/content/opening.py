"""One opened file: the tier that serves it, and the next one when that fails, in the middle of a read too.

A reader notices only the delay. What comes from afar goes through the keeper, so that it is here the next time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
import trio

from mosaicfs.content.offering import Offered
from mosaicfs.content.unchanging import unchanging
from mosaicfs.errors import EntryChangedError, MosaicError, PluginBrokenError, TimedOutError
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Handle, Keeper, Live, LocalDescriptor

OPEN_S = 15.0
READ_S = 120.0
CLOSE_S = 5.0

OWNERS = ("local", "peer")
"""The tiers of the node that owns a file: what they say of it tells more than what others say."""

_log = structlog.get_logger(component="content")


@dataclass(slots=True, eq=False)
class OpenedFile:
    """`offered` are the ways that are still to be tried. `failed` is told of every error that a reader gets.

    A document that changes makes it `stale`: what it would read then is not what was opened. `keeps`: what is read goes
    through the keeper from wherever it comes, for who wants it on this machine.
    """

    entry: Entry
    offered: list[Offered]
    keeper: Keeper | None
    live: bool
    failed: Callable[[MosaicError], None]
    closed: Callable[[OpenedFile], None]
    keeps: bool = False
    stale: bool = False
    _handle: Handle | None = None
    _tier: str = ""
    _errors: list[tuple[str, MosaicError]] = field(default_factory=list)
    _moving: trio.Lock = field(default_factory=trio.Lock)

    @property
    def size(self) -> int:
        return self.entry.size if self._handle is None else self._handle.size

    @property
    def tier(self) -> str:
        return self._tier

    def changed(self) -> bool:
        handle: object = self._handle
        return self.stale or (isinstance(handle, Live) and handle.differs)

    def fd(self) -> int | None:
        handle: object = self._handle
        goes_on = not self.stale or (self.live and isinstance(handle, Live))
        return handle.fd() if isinstance(handle, LocalDescriptor) and goes_on else None

    async def open(self) -> None:
        """The first way that works. Within the limit of time, or as if none did."""
        with trio.move_on_after(OPEN_S) as scope:
            await self._move(None)
        if scope.cancelled_caught:
            raise self._told(TimedOutError(f"Opening {self.entry.name}", OPEN_S))

    async def read(self, offset: int, length: int) -> bytes:
        with trio.move_on_after(READ_S):
            return await self._read(offset, length)
        raise self._told(TimedOutError(f"Reading {self.entry.name}", READ_S))

    async def close(self) -> None:
        self.closed(self)
        handle, self._handle, self.offered = self._handle, None, []
        if handle is not None:
            await _close(handle)

    async def _read(self, offset: int, length: int) -> bytes:
        while True:
            handle = self._handle
            if handle is None or (self.stale and not isinstance(handle, Live)):
                raise self._told(EntryChangedError(self.entry.file_id))
            try:
                return await self._exactly(handle, offset, length)
            except MosaicError as error:
                self._errors.append((self._tier, error))
                _log.info("read failed", tier=self._tier, file_id=self.entry.file_id, cause=str(error))
            if self.live and isinstance(handle, Live) and handle.differs:
                # Bytes of another version may have been read from it; nobody else has that one.
                self.offered.clear()
            await self._move(handle)

    async def _exactly(self, handle: Handle, offset: int, length: int) -> bytes:
        try:
            found = await handle.read(offset, length)
        except (MosaicError, trio.Cancelled):
            raise
        except Exception as error:
            raise PluginBrokenError(self._tier, f"{type(error).__name__}: {error}") from error
        if len(found) != max(0, min(length, handle.size - offset)):
            raise PluginBrokenError(self._tier, f"it gave {len(found)} bytes where {length} were asked for")
        if not self.live and isinstance(handle, Live) and handle.differs:
            raise EntryChangedError(self.entry.file_id)
        return found

    async def _move(self, failed: Handle | None) -> None:
        """On to the next way, unless another reader of this file has done it already."""
        async with self._moving:
            if self._handle is not failed:
                return
            while self.offered:
                if await self._try(self.offered.pop(0)):
                    break
            else:
                raise self._told(self._telling())
        if failed is not None:
            await _close(failed)

    async def _try(self, way: Offered) -> bool:
        name = way.tier.name
        try:
            self._handle = await self._opened(way)
        except MosaicError as error:
            self._errors.append((name, error))
            _log.info("tier cannot open", tier=name, file_id=self.entry.file_id, cause=str(error))
            return False
        except Exception as error:  # noqa: BLE001 - whatever a tier stumbles over, the reader may have another
            self._errors.append((name, PluginBrokenError(name, f"{type(error).__name__}: {error}")))
            _log.exception("tier failed to open", tier=name, file_id=self.entry.file_id)
            return False
        self._tier = name
        return True

    async def _opened(self, way: Offered) -> Handle:
        """Of the version that was asked for, or not at all."""
        handle = await way.tier.open(self.entry, way.offer)
        try:
            if not self._fits(handle):
                raise EntryChangedError(self.entry.file_id)
            keeper: object = self.keeper
            if self.keeper is not None and (way.offer.keep or (self.keeps and way.tier is not keeper)):
                return await self.keeper.keep(self.entry, unchanging(self.entry.file_id, handle))
        except BaseException:
            await _close(handle)
            raise
        return handle

    def _fits(self, handle: Handle) -> bool:
        """What was read before must go on with the same bytes, so only a first opening may show what differs."""
        if isinstance(handle, Live) and handle.differs:
            return self.live and self._handle is None
        return handle.size == self.entry.size or not self.entry.size_known

    def _telling(self) -> MosaicError:
        """What the owner's own tier said, if it was asked; else what the first one said."""
        of_owner = [error for tier, error in self._errors if tier in OWNERS]
        return (of_owner or [error for _, error in self._errors] or [EntryChangedError(self.entry.file_id)])[0]

    def _told(self, error: MosaicError) -> MosaicError:
        self.failed(error)
        return error


async def _close(handle: Handle) -> None:
    """Also when whoever read was cancelled: what is open must not stay so."""
    with trio.CancelScope(shield=True, deadline=trio.current_time() + CLOSE_S):
        try:
            await handle.close()
        except Exception:  # noqa: BLE001 - whatever a tier stumbles over, the reader may have another
            _log.exception("handle failed to close")
