"""The pins of this node, followed for as long as its agent runs: what they are about is marked, fetched and told of.

Looks again when a document changes that may matter, when a pin expires, and now and then because time alone may let a
file in or out; the more a look costs, the longer until the next.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import time
from typing import NoReturn

import trio

from mosaicfs.content.local import LocalContent
from mosaicfs.model.configuration import Settings
from mosaicfs.model.entry import Entry
from mosaicfs.model.filling import Filling, filling_of
from mosaicfs.model.ids import kind_of, prefix_of
from mosaicfs.model.json import Json
from mosaicfs.model.notices import Notices
from mosaicfs.model.standing import Standing
from mosaicfs.model.store import IdRange, IdRow, Store
from mosaicfs.model.tier import Pins
from mosaicfs.model.times import Clock
from mosaicfs.model.tree import Tree
from mosaicfs.services.pinning.counting import PinCount, count_of
from mosaicfs.services.pinning.fetching import Fetching
from mosaicfs.services.pinning.metered import Metered
from mosaicfs.services.pinning.wishes import Wishes, wishes_of

PAUSE_S = 2.0
PAUSES_A_LOOK = 20
"""A look that took a second is not repeated for so many."""

AT_LEAST_S = 15 * 60.0
TOLD_S = 5.0
OVER = "pin_over_budget"
NEAR = "cache_near_capacity:pins"

_PAGE = 1_000
_NAMED = 5
_AT_ONCE = 200
_OUTSIDE = frozenset({"access", "agent_status", "utilization_snapshot", "notification", "credential", "settings"})
"""What changes often, and no scope asks for. An age of reading is looked at with the time."""


@dataclass(slots=True, eq=False)
class Pinning:
    store: Store
    node_id: str
    tree: Tree
    content: LocalContent
    notices: Notices
    standing: Standing
    settings: Callable[[], Settings]
    clock: Clock = time
    metered: Metered = field(default_factory=Metered)
    fetching: Fetching = field(init=False)
    _wishes: Wishes = field(default_factory=Wishes)
    _counts: dict[str, PinCount] = field(default_factory=dict)
    _pins_of: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _over: set[str] = field(default_factory=set)
    _has_told: bool = False

    def __post_init__(self) -> None:
        self.fetching = Fetching(self.content, self._must_wait, self._came)

    async def run(self) -> NoReturn:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.fetching.run)
            nursery.start_soon(self._tell_again)
            await self._follow()
        raise AssertionError("it follows for ever")

    async def _follow(self) -> NoReturn:
        while True:
            since, known = (await self.store.info()).update_seq, await self._known_pins()
            began = trio.current_time()
            await self.look()
            await trio.sleep(PAUSE_S + PAUSES_A_LOOK * (trio.current_time() - began))
            with trio.move_on_after(max(0.0, min(AT_LEAST_S, self._wishes.ends_in_s))):
                await (self._until_concerned(since) if self._wishes.pins else self._until_pinned(since, known))

    async def _until_pinned(self, since: str, known: list[IdRow]) -> None:
        """Without a pin nothing else matters, and no change of any file is read."""
        while await self._known_pins() == known:
            await self.store.wait_until_changed(since, AT_LEAST_S)
            since = (await self.store.info()).update_seq
            await trio.sleep(PAUSE_S)

    async def _known_pins(self) -> list[IdRow]:
        first = prefix_of("pin")
        return await self.store.ids(IdRange(first, first + chr(0x10FFFF)), _PAGE)

    async def _until_concerned(self, since: str) -> None:
        while True:
            page = await self.store.changes(since, _PAGE)
            since = page.last_seq
            if any(self._concerns(row.id) for row in page.rows):
                return
            if not page.rows:
                await self.store.wait_until_changed(since, AT_LEAST_S)

    def _concerns(self, doc_id: str) -> bool:
        kind = kind_of(doc_id)
        return kind == "pin" or (bool(self._wishes.pins) and kind not in _OUTSIDE)

    async def look(self) -> None:
        """Once: from the documents as they are now to what is kept, wanted and told."""
        self._wishes = await wishes_of(self.store, self.tree, self.node_id, self.clock())
        pins = self.content.pins
        if pins is None:
            if self._wishes.pins:
                self.standing.tell("pins", "degraded", "Nothing can be kept offline: the plugin “cache” does not run.")
            return
        filling = filling_of(self._wishes.wishes)
        wanted = {file.file_id for file in filling.wanted}
        await pins.pin(wanted | filling.own, filling.blocked)
        missing = await self._missing(pins, filling)
        self._count(filling, {entry.file_id for entry in missing})
        self.fetching.take(missing)
        self._warn(filling)
        self._tell()

    async def _missing(self, pins: Pins, filling: Filling) -> list[Entry]:
        found = []
        for number, file in enumerate(filling.wanted):
            entry = self._wishes.entries[file.file_id]
            if pins.lacking(entry):
                found.append(entry)
            if number % _AT_ONCE == 0:
                await trio.lowlevel.checkpoint()
        return found

    # --- how far it is ---------------------------------------------------------------------------------------------

    def _count(self, filling: Filling, missing: set[str]) -> None:
        self._pins_of.clear()
        self._counts = {}
        for share in filling.shares:
            kept = [file.size for file in share.taken if file.file_id not in missing]
            self._counts[share.pin_id] = count_of(share, self._wishes.entries, kept)
            for file in share.taken:
                if file.file_id in missing:
                    self._pins_of[file.file_id].append(share.pin_id)

    def _came(self, entry: Entry) -> None:
        for pin_id in self._pins_of.pop(entry.file_id, ()):
            self._counts[pin_id].add(entry.size)
        if not self._pins_of:
            self._tell()

    async def _tell_again(self) -> NoReturn:
        while True:
            await trio.sleep(TOLD_S)
            if self._pins_of:
                self._tell()

    def _tell(self) -> None:
        """Nothing before there is a pin, or was one."""
        if not self._counts and not self._has_told:
            return
        self._has_told = True
        at_work, waits = self.fetching.is_at_work or not self.fetching.waits, self.fetching.waits
        pins: dict[str, Json] = {
            pin_id: count.told(is_at_work=at_work, waits=waits) for pin_id, count in self._counts.items()
        }
        phase = "fetching" if self._pins_of and at_work else "idle"
        self.standing.tell("pins", "healthy", counters={"phase": phase, "pins": pins})

    # --- what the owner hears --------------------------------------------------------------------------------------

    def _warn(self, filling: Filling) -> None:
        over = {share.pin_id for share in filling.shares if share.blocked}
        for pin_id in self._over - over:
            self.notices.clear(f"{OVER}:{pin_id}")
        for pin_id in over:
            self._warn_of(pin_id)
        self._over = over
        self._warn_of_the_budgets(filling)

    def _warn_of(self, pin_id: str) -> None:
        pin, count = self._wishes.pins[pin_id], self._counts[pin_id]
        named = ", ".join(count.blocked[:_NAMED]) + (" and others" if count.blocked_files > _NAMED else "")
        files = "1 file" if count.blocked_files == 1 else f"{count.blocked_files} files"
        self.notices.observe(
            f"{OVER}:{pin_id}",
            "warning",
            f"The pin “{pin.name}” does not fit its budget",
            f"{files} with {math.ceil(count.blocked_bytes / (1 << 20))} MiB can only be read while the network is "
            f"there, because the pin may keep {pin.budget_bytes >> 20} MiB: {named}. "
            "Give it a higher budget, or keep less offline.",
        )

    def _warn_of_the_budgets(self, filling: Filling) -> None:
        """From nine tenths on, until they are less than eight."""
        budgets = sum(pin.budget_bytes for pin in self._wishes.pins.values())
        pinned = sum(file.size for share in filling.shares for file in share.taken if not file.is_own)
        if budgets and pinned * 10 >= budgets * 9:
            self.notices.observe(
                NEAR,
                "warning",
                "What is kept offline fills its budgets",
                f"{pinned >> 20} of {budgets >> 20} MiB that pins may keep here are given away. What comes to match "
                "them may have no room. Give them higher budgets, or keep less offline.",
            )
        elif pinned * 10 < budgets * 8 or not budgets:
            self.notices.clear(NEAR)

    async def _must_wait(self) -> bool:
        return not self.settings().pin.on_metered and await self.metered.look()
