"""Fetching what is pinned: small files of one node many at once, others one after the other, behind whoever reads.

While what came of small files is put down, the next ones are asked for: many are put down at the price of one. A source
that cannot be reached holds up its own files only. What may be kept, and that it stays, is the matter of the tier that
keeps it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NoReturn, TypeAlias

import structlog
import trio

from mosaicfs.content.local import LocalContent
from mosaicfs.errors import MosaicError, TryLaterError
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.tier import Pins
from mosaicfs.services.waking import Wake

SETTLED_S = 30.0
SMALL = 8 << 20
MOST_SETTLING = 16
TOGETHER = 512
OF_MANY = 1 << 20
"""What is larger is asked for by itself."""
LOOK_S = 0.05
FIRST_HOLD_S = 5.0
LONGEST_HOLD_S = 900.0

Waits: TypeAlias = Literal["", "source", "network", "disk"]
"""Why nothing comes although something is missing: sources do not answer, the network is metered, the disk is full."""

_log = structlog.get_logger(component="pins")


@dataclass(slots=True)
class _Hold:
    failures: int = 0
    until: float = float("-inf")

    def fail(self) -> None:
        self.failures += 1
        self.until = trio.current_time() + min(FIRST_HOLD_S * 2.0 ** min(self.failures - 1, 30), LONGEST_HOLD_S)


@dataclass(slots=True, eq=False)
class Fetching:
    """`must_wait` is asked before each file that would come over the network; `came` is told of each that is here."""

    content: LocalContent
    must_wait: Callable[[], Awaitable[bool]]
    came: Callable[[Entry], None]
    waits: Waits = ""
    _queue: deque[Entry] = field(default_factory=deque)
    _later: list[Entry] = field(default_factory=list)
    _holds: dict[str, _Hold] = field(default_factory=dict)
    _taken: int = 0
    """How often something was taken: what it was before is not gone on with."""
    _current: Entry | None = None
    _scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    _settling: dict[Entry, trio.CancelScope] = field(default_factory=dict)
    _turns: trio.Semaphore = field(default_factory=lambda: trio.Semaphore(MOST_SETTLING))
    _wake: Wake = field(default_factory=Wake)

    def take(self, wanted: Sequence[Entry]) -> None:
        """In this order, and nothing else; what is under way goes on only if it is among them."""
        self._queue = deque(wanted)
        self._taken += 1
        self._later.clear()
        self.waits = self.waits if wanted else ""
        known = {each.file_id for each in wanted} | {each.node_id for each in wanted}
        self._holds = {name: hold for name, hold in self._holds.items() if name in known}
        if self._current is not None and self._current not in wanted:
            self._scope.cancel()
        for each in self._settling.keys() - set(wanted):
            self._settling[each].cancel()
        self._wake.call()

    @property
    def is_at_work(self) -> bool:
        return self._current is not None or bool(self._settling)

    async def run(self) -> NoReturn:
        async with trio.open_nursery() as nursery:
            while True:
                some = self._next()
                if not some:
                    await self._wake.wait(self._idle_s())
                    self._queue.extend(self._later)
                    self._later.clear()
                    continue
                taken = self._taken
                for entry in await self._bring(some, nursery) if len(some) > 1 else some:
                    if taken == self._taken:
                        await self._try_current(entry, nursery)

    async def _try_current(self, entry: Entry, nursery: trio.Nursery) -> None:
        if self._held_s(entry) > 0:
            self._later.append(entry)
            return
        self._current, self._scope = entry, trio.CancelScope()
        try:
            with self._scope:
                await self._try(entry, nursery)
        finally:
            self._current = None

    def _next(self) -> list[Entry]:
        """One, or small ones of one node in a row. What is on hold waits for its turn behind the others."""
        found: list[Entry] = []
        while self._queue and len(found) < TOGETHER:
            entry = self._queue[0]
            if found and not (_is_small(entry) and _is_small(found[0]) and entry.node_id == found[0].node_id):
                break
            self._queue.popleft()
            if entry in self._settling:
                continue
            (found if self._held_s(entry) <= 0 else self._later).append(entry)
        return found

    def _held_s(self, entry: Entry) -> float:
        until = [self._holds[name].until for name in (entry.file_id, entry.node_id) if name in self._holds]
        return max(until, default=float("-inf")) - trio.current_time()

    def _idle_s(self) -> float:
        return max(0.0, min((self._held_s(each) for each in self._later), default=float("inf")))

    # --- many files ------------------------------------------------------------------------------------------------

    async def _bring(self, entries: Sequence[Entry], nursery: trio.Nursery) -> Sequence[Entry]:
        """Those that did not come together."""
        pins = self.content.pins
        if pins is None or not pins.has_room_for(sum(each.size for each in entries)) or await self.must_wait():
            return entries
        await pins.calm()
        self._current = entries[0]
        try:
            came = await self.content.bring(entries)
        finally:
            self._current = None
        here = [each for each in entries if each.file_id in came]
        if here:
            self._holds.pop(here[0].node_id, None)
            self.waits = ""
            await self._turns.acquire()
            self._settling.update((each, trio.CancelScope()) for each in here)
            nursery.start_soon(self._settle_all, pins, here)
        return [each for each in entries if each.file_id not in came]

    async def _settle_all(self, pins: Pins, entries: Sequence[Entry]) -> None:
        left = deque(entries)
        try:
            with trio.move_on_after(SETTLED_S):
                while left and pins.has_room_for(0):
                    await trio.sleep(LOOK_S)
                    while left and self._is_settled(pins, left[0]):
                        left.popleft()
        finally:
            scopes = {each: self._settling.pop(each) for each in entries}
            for each in left:
                if not scopes[each].cancel_called:
                    self._hold(each, each.file_id, "disk")
            self._turns.release()
            self._wake.call()

    def _is_settled(self, pins: Pins, entry: Entry) -> bool:
        if pins.lacking(entry):
            return False
        self._holds.pop(entry.file_id, None)
        self.came(entry)
        return True

    # --- one file --------------------------------------------------------------------------------------------------

    async def _try(self, entry: Entry, nursery: trio.Nursery) -> None:
        pins = self.content.pins
        if pins is None:
            return
        try:
            if not await self._fetch(pins, entry):
                return
            self._holds.pop(entry.node_id, None)
            self.waits = ""
            if entry.size > SMALL or not pins.lacking(entry):
                await self._settle(pins, entry)
                return
            await self._turns.acquire()
            self._settling[entry] = trio.CancelScope()
            nursery.start_soon(self._settle_beside, pins, entry)
        except TryLaterError as error:
            self._hold(entry, entry.node_id, "source")
            _log.info("pinned files wait for their source", node_id=entry.node_id, cause=str(error))
        except MosaicError as error:
            self._hold(entry, entry.file_id, "source")
            _log.info("a pinned file cannot be fetched", file_id=entry.file_id, cause=str(error))

    async def _fetch(self, pins: Pins, entry: Entry) -> bool:
        """Whether all of it came."""
        missing = pins.lacking(entry)
        if not missing:
            return True
        if not pins.has_room_for(sum(span.length or 0 for span in missing)):
            self._hold(entry, entry.file_id, "disk")
            return False
        ways = await self.content.ways(entry.file_id)
        if ways and ways[0].network and await self.must_wait():
            self._hold(entry, entry.node_id, "network")
            return False
        opened = await self.content.open_to_keep(entry)
        try:
            for span in missing if entry.size_known else (Span(0, opened.size),):
                await opened.fill(span.offset, span.length or 0)
        finally:
            await opened.close()
        return True

    async def _settle_beside(self, pins: Pins, entry: Entry) -> None:
        try:
            with self._settling[entry]:
                await self._settle(pins, entry)
        finally:
            del self._settling[entry]
            self._turns.release()
            self._wake.call()

    async def _settle(self, pins: Pins, entry: Entry) -> None:
        """What was read last is not on disk at once. What passed by, for want of room, never is."""
        with trio.move_on_after(SETTLED_S):
            while not self._is_settled(pins, entry):
                if not pins.has_room_for(0):
                    break
                await trio.sleep(LOOK_S)
            else:
                return
        self._hold(entry, entry.file_id, "disk")

    def _hold(self, entry: Entry, name: str, waits: Waits) -> None:
        self._holds.setdefault(name, _Hold()).fail()
        self._later.append(entry)
        self.waits = waits


def _is_small(entry: Entry) -> bool:
    return entry.size_known and entry.size <= OF_MANY
