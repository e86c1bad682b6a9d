"""One opened file: the tier that serves it, and the next one when that fails, in the middle of a read too.

A reader notices only the delay. What comes from afar goes through the keeper, so that it is here the next time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from time import perf_counter
from typing import Final, NamedTuple

import structlog
import trio

from mosaicfs.content.figures import Counted
from mosaicfs.content.offering import Offered, Offers
from mosaicfs.content.unchanging import unchanging
from mosaicfs.errors import EntryChangedError, MosaicError, PluginBrokenError, TimedOutError
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import AtOnce, Fills, Handle, Keeper, Lends, Live, LocalDescriptor

OPEN_S = 15.0
READ_S = 120.0
CLOSE_S = 5.0
FILLED_AT_ONCE = 8 << 20

OWNERS = ("local", "peer")
"""The tiers of the node that owns a file: what they say of it tells more than what others say."""

_log = structlog.get_logger(component="content")


class _Abilities(NamedTuple):
    is_live: bool
    is_local: bool
    is_lending: bool
    is_at_once: bool


_known: Final[dict[type, _Abilities]] = {}


@dataclass(slots=True, eq=False)
class OpenedFile:
    """`offers` are the ways that are still to be tried. `failed` is told of every error that a reader gets.

    A document that changes makes it `stale`: what it would read then is not what was opened. `keeps`: what is read goes
    through the keeper from wherever it comes, for who wants it on this machine.
    """

    entry: Entry
    offers: Offers
    keeper: Keeper | None
    live: bool
    count: Callable[[str], Counted]
    failed: Callable[[str, MosaicError], None]
    closed: Callable[[OpenedFile], None]
    keeps: bool = False
    stale: bool = False
    _handle: Handle | None = None
    _shown: Live | None = None
    _local: LocalDescriptor | None = None
    _at_once: AtOnce | None = None
    _counted: Counted | None = None
    _errors: list[tuple[str, MosaicError]] = field(default_factory=list)
    _moving: trio.Lock = field(default_factory=trio.Lock)
    _opening: trio.CancelScope | None = None

    @property
    def size(self) -> int:
        return self.entry.size if self._handle is None else self._handle.size

    @property
    def tier(self) -> str:
        return "" if self._counted is None else self._counted.tier

    def changed(self) -> bool:
        return self.stale or (self._shown is not None and self._shown.differs)

    def fd(self) -> int | None:
        goes_on = not self.stale or (self.live and self._shown is not None)
        return self._local.fd() if self._local is not None and goes_on else None

    async def open(self, first: Offered) -> None:
        """The first way that works. Within the limit of time, or as if none did."""
        if self._open_now(first):
            return
        began = trio.current_time()
        with trio.move_on_after(OPEN_S) as scope:
            self._opening = scope
            await self._go_on(first)
        self._opening = None
        if scope.cancelled_caught:
            limit_s = round(scope.deadline - began, 1)
            raise self._told(TimedOutError(f"Opening {self.entry.name}", limit_s))

    async def read(self, offset: int, length: int) -> bytes:
        found = await self._found(offset, length)
        return found if isinstance(found, bytes) else bytes(found)

    async def lend(self, offset: int, length: int) -> memoryview:
        return memoryview(await self._found(offset, length))

    def glance(self, offset: int, length: int) -> bytes | memoryview | None:
        """What is wrong with it, `read` finds out once more and says."""
        handle, counted = self._at_once, self._counted
        if handle is None or counted is None or self.stale:
            return None
        found = handle.glance(offset, length)
        if found is None or len(found) != max(0, min(length, self.size - offset)):
            return None
        counted.gave(len(found))
        return found

    async def _found(self, offset: int, length: int) -> bytes | memoryview:
        """What lies on this machine keeps nobody waiting, so there is no clock for it."""
        handle = self._serving()
        if self._local is not None and (found := await self._try_read(handle, offset, length)) is not None:
            return found
        with trio.move_on_after(READ_S):
            return await self._read(handle, offset, length, has_failed=self._local is not None)
        raise self._told(TimedOutError(f"Reading {self.entry.name}", READ_S))

    async def fill(self, offset: int, length: int) -> None:
        """All of it is brought here, in order, and not looked at; it takes as long as it takes."""
        handle = self._serving()
        while not await self._try_fill(handle, offset, length):
            await self._move(handle)
            handle = self._serving()

    def leave(self) -> bool:
        handle = self._at_once
        if handle is None:
            return False
        self._let_go()
        handle.leave()
        return True

    async def close(self) -> None:
        if (handle := self._let_go()) is not None:
            await _close(handle)

    def _let_go(self) -> Handle | None:
        self.closed(self)
        handle, self._handle = self._handle, None
        self._shown = self._local = self._at_once = None
        self.offers.end()
        return handle

    # --- reading -------------------------------------------------------------------------------------------------

    async def _read(self, handle: Handle, offset: int, length: int, *, has_failed: bool) -> bytes | memoryview:
        while True:
            if has_failed:
                await self._move(handle)
                handle = self._serving()
            found = await self._try_read(handle, offset, length)
            if found is not None:
                return found
            has_failed = True

    def _serving(self) -> Handle:
        if self._handle is None or (self.stale and self._shown is None):
            raise self._told(EntryChangedError(self.entry.file_id))
        return self._handle

    async def _try_read(self, handle: Handle, offset: int, length: int) -> bytes | memoryview | None:
        """None where it failed: then another way is to be tried."""
        counted, shown = self._counted, self._shown
        assert counted is not None
        try:
            found = await self._exactly(handle, offset, length, counted.tier)
        except MosaicError as error:
            counted.failed(error.reason)
            self._errors.append((counted.tier, error))
            _log.info("read failed", tier=counted.tier, file_id=self.entry.file_id, cause=str(error))
        else:
            counted.gave(len(found))
            return found
        if self.live and shown is not None and shown.differs:
            # Bytes of another version may have been read from it; nobody else has that one.
            self.offers.end()
        return None

    async def _try_fill(self, handle: Handle, offset: int, length: int) -> bool:
        """As far as its tier can; what only reads is read."""
        counted = self._counted
        seen: object = handle
        assert counted is not None
        if not isinstance(seen, Fills):
            for start in range(offset, offset + length, FILLED_AT_ONCE):
                await self.read(start, min(FILLED_AT_ONCE, offset + length - start))
            return True
        try:
            await _filled(seen, offset, length, counted.tier)
        except MosaicError as error:
            counted.failed(error.reason)
            self._errors.append((counted.tier, error))
            _log.info("read failed", tier=counted.tier, file_id=self.entry.file_id, cause=str(error))
            return False
        counted.gave(length)
        return True

    async def _exactly(self, handle: Handle, offset: int, length: int, tier: str) -> bytes | memoryview:
        shown, lender = self._shown, _lender(handle)
        try:
            found = await (handle.read if lender is None else lender.lend)(offset, length)
        except (MosaicError, trio.Cancelled):
            raise
        except Exception as error:
            raise PluginBrokenError(tier, f"{type(error).__name__}: {error}") from error
        if len(found) != max(0, min(length, handle.size - offset)):
            raise PluginBrokenError(tier, f"it gave {len(found)} bytes where {length} were asked for")
        if not self.live and shown is not None and shown.differs:
            raise EntryChangedError(self.entry.file_id)
        return found

    # --- from one way to the next ----------------------------------------------------------------------------------

    async def _move(self, failed: Handle) -> None:
        """On to the next way, unless another reader of this file has done it already."""
        async with self._moving:
            if self._handle is not failed:
                return
            await self._go_on(await self.offers.next())
        await _close(failed)

    async def _go_on(self, way: Offered | None) -> None:
        while way is not None:
            if await self._try_open(way):
                return
            way = await self.offers.next()
        raise self._told(self._telling())

    def _open_now(self, way: Offered) -> bool:
        """What is at hand needs no clock. What is wrong with it is found out once more by `open`, and said."""
        if way.prompt is None or way.offer.keep or self.keeps:
            return False
        began = perf_counter()
        try:
            handle = way.prompt.open_now(self.entry, way.offer)
        except Exception:  # noqa: BLE001 - as above
            return False
        if handle is None:
            return False
        if not self._fits(handle):
            handle.leave()
            return False
        counted = self.count(way.tier.name)
        counted.opened(perf_counter() - began)
        self._serve_by(handle, counted)
        return True

    async def _try_open(self, way: Offered) -> bool:
        if self._opening is not None:
            self._opening.deadline += way.offer.more_s
        name, counted, began = way.tier.name, self.count(way.tier.name), perf_counter()
        try:
            handle = await self._opened(way)
        except MosaicError as error:
            self._errors.append((name, error))
            _log.info("tier cannot open", tier=name, file_id=self.entry.file_id, cause=str(error))
            return False
        except Exception as error:  # noqa: BLE001 - whatever a tier stumbles over, the reader may have another
            self._errors.append((name, PluginBrokenError(name, f"{type(error).__name__}: {error}")))
            _log.exception("tier failed to open", tier=name, file_id=self.entry.file_id)
            return False
        finally:
            counted.opened(perf_counter() - began)
        self._serve_by(handle, counted)
        return True

    def _serve_by(self, handle: Handle, counted: Counted) -> None:
        self._handle, self._counted = handle, counted
        self._shown, self._local, self._at_once = _live(handle), _local(handle), _at_once(handle)

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
        shown = _live(handle)
        if shown is not None and shown.differs:
            return self.live and self._handle is None
        return handle.size == self.entry.size or not self.entry.size_known

    def _telling(self) -> MosaicError:
        """What the owner's own tier said, if it was asked; else what the first one said."""
        of_owner = [error for tier, error in self._errors if tier in OWNERS]
        return (of_owner or [error for _, error in self._errors] or [EntryChangedError(self.entry.file_id)])[0]

    def _told(self, error: MosaicError) -> MosaicError:
        self.failed(self.entry.file_id, error)
        return error


# --- what a handle can do ------------------------------------------------------------------------------------------


def _live(handle: Handle) -> Live | None:
    return handle if _abilities(handle).is_live else None  # type: ignore[return-value]  # `_abilities` has seen it


def _local(handle: Handle) -> LocalDescriptor | None:
    return handle if _abilities(handle).is_local else None  # type: ignore[return-value]  # as above


def _lender(handle: Handle) -> Lends | None:
    return handle if _abilities(handle).is_lending else None  # type: ignore[return-value]  # as above


def _at_once(handle: Handle) -> AtOnce | None:
    return handle if _abilities(handle).is_at_once else None  # type: ignore[return-value]  # as above


def _abilities(handle: Handle) -> _Abilities:
    """The same for all handles of a class: to ask a protocol takes longer than to read."""
    kind = type(handle)
    if kind not in _known:
        seen: object = handle
        of_kind = (isinstance(seen, each) for each in (Live, LocalDescriptor, Lends, AtOnce))
        _known[kind] = _Abilities(*of_kind)
    return _known[kind]


async def _filled(handle: Fills, offset: int, length: int, tier: str) -> None:
    try:
        await handle.fill(offset, length)
    except (MosaicError, trio.Cancelled):
        raise
    except Exception as error:
        raise PluginBrokenError(tier, f"{type(error).__name__}: {error}") from error


async def _close(handle: Handle) -> None:
    """Also when whoever read was cancelled: what is open must not stay so."""
    until = inf if _abilities(handle).is_local else trio.current_time() + CLOSE_S
    with trio.CancelScope(shield=True, deadline=until):
        try:
            await handle.close()
        except Exception:  # noqa: BLE001 - whatever a tier stumbles over, the reader may have another
            _log.exception("handle failed to close")
