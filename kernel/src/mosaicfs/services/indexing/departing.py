"""What a watcher saw go, until it is certain: for a while it may turn up elsewhere, and then it was a rename.

Files that appear and could be the other half of a rename wait as long. Departures are judged together, once no more of
them come, so that the brake sees the whole of a deletion and not its first files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import trio

from mosaicfs.model.crawling import Change, Source
from mosaicfs.model.names import covers
from mosaicfs.services.indexing.deleting import Deleting, Missing
from mosaicfs.services.indexing.identity import Known, renames
from mosaicfs.services.indexing.intake import Intake, Taken, Work
from mosaicfs.services.indexing.turns import Turns

LONGEST = 5
"""Windows that the first departure waits for the last one."""


@dataclass(slots=True)
class _Waiting:
    """Of one source. Arrivals with the deleted document that lay there, if any."""

    source: Source
    since: float
    last: float
    gone: dict[str, Missing] = field(default_factory=dict)
    arrived: dict[str, tuple[Change, Known | None]] = field(default_factory=dict)


class Departing:
    """Whoever calls anything but `serve` has the turn."""

    def __init__(self, intake: Intake, deleting: Deleting, turns: Turns, window_s: float) -> None:
        self._intake = intake
        self._deleting = deleting
        self._turns = turns
        self._window_s = window_s
        self._waiting: dict[str, _Waiting] = {}
        self._wake = trio.Event()

    def add(self, source: Source, gone: Mapping[str, Missing], arrived: Iterable[tuple[Change, Known | None]]) -> None:
        arrivals = {change.export_path: (change, returns) for change, returns in arrived}
        if not gone and not arrivals:
            return
        now = trio.current_time()
        waiting = self._waiting.setdefault(source.prefix, _Waiting(source, now, now))
        waiting.last = now
        waiting.gone.update(gone)
        waiting.arrived.update(arrivals)
        self._wake.set()

    def seen(self, paths: Iterable[str]) -> None:
        """They are there, or somebody else has settled what is at them."""
        for waiting in self._waiting.values():
            for path in paths:
                waiting.gone.pop(path, None)
                waiting.arrived.pop(path, None)

    def vanished(self, paths: Iterable[str]) -> None:
        """What had appeared is gone before it was certain what it was."""
        for waiting in self._waiting.values():
            for path in paths:
                waiting.arrived.pop(path, None)

    def below(self, prefix: str) -> list[str]:
        """Departed paths in a folder."""
        return [path for waiting in self._waiting.values() for path in waiting.gone if covers(prefix, path)]

    async def settle_renames(self) -> Taken:
        """Where both halves are here nobody has to wait; across sources too."""
        arrived = [change for waiting in self._waiting.values() for change, _ in waiting.arrived.values()]
        if not arrived:
            return Taken()
        missing = [each.known for waiting in self._waiting.values() for each in waiting.gone.values()]
        found = renames(arrived, missing)
        taken = Taken()
        for waiting in self._waiting.values():
            works = [Work(found[path], change) for path, (change, _) in waiting.arrived.items() if path in found]
            if works:
                taken.moved += (await self._intake.settle_late(waiting.source, works)).moved
        self.seen([*found, *(row.path for row in found.values())])
        return taken

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            if not self._waiting:
                self._wake = trio.Event()
                await self._wake.wait()
            await trio.sleep(max(self._next_s(), 0.01))
            async with self._turns:
                await self.settle_due()

    async def settle_due(self, *, now: bool = False) -> None:
        """`now`: whatever waits."""
        at = trio.current_time()
        for prefix, waiting in list(self._waiting.items()):
            if now or self._due(waiting) <= at:
                await self._end(waiting)
                del self._waiting[prefix]

    def _due(self, waiting: _Waiting) -> float:
        return min(waiting.last + self._window_s, waiting.since + LONGEST * self._window_s)

    def _next_s(self) -> float:
        """Seconds until the next is due."""
        due = min((self._due(waiting) for waiting in self._waiting.values()), default=trio.current_time())
        return due - trio.current_time()

    async def _end(self, waiting: _Waiting) -> None:
        """What waited in vain is new, and what did not come back is missing."""
        source, memory = waiting.source, self._intake.memory
        await self._intake.settle_late(source, [Work(returns, change) for change, returns in waiting.arrived.values()])
        present = await memory.known((), waiting.gone)
        missing = {
            path: each
            for path, each in waiting.gone.items()
            if path in present and not present[path].gone and present[path].file_id == each.known.file_id
        }
        if not missing:
            return
        known = self._deleting.known(source, await memory.count(source.prefix))
        await self._deleting.delete(source, missing, known)
