"""Several events for one call: what waits together is sent together, and each gets its own answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import trio

from mosaicfs.errors import MosaicError, OptionsError, SourceUnavailableError
from mosaicfs_process.exchange import Facts
from mosaicfs_process.troubles import called, garbled, told_error


@dataclass(slots=True, eq=False)
class Waiting:
    """One event, until `done`: then `answer` or `error` holds."""

    envelope: Facts
    about: str
    done: trio.Event = field(default_factory=trio.Event)
    answer: Facts | None = None
    error: MosaicError | None = None

    @property
    def sequence(self) -> int:
        return int(str(self.envelope["sequence"]))


class Batches:
    """`ask` is one call of the program with so many events."""

    def __init__(self, ask: Callable[[Sequence[Waiting]], Awaitable[Facts | None]]) -> None:
        self._ask = ask
        self._line: deque[Waiting] = deque()

    async def answer(self, plugin: str, event: Waiting, most: int, slots: trio.CapacityLimiter) -> Facts | None:
        """Whoever gets a slot first takes the others along."""
        self._line.append(event)
        try:
            async with slots:
                while not event.done.is_set() and event in self._line:
                    await self._take(plugin, most)
            await event.done.wait()
        finally:
            if event in self._line:
                self._line.remove(event)
        if event.error is not None:
            raise event.error
        return event.answer

    async def _take(self, plugin: str, most: int) -> None:
        batch = [self._line.popleft() for _ in range(min(most, len(self._line)))]
        try:
            again = share_out(plugin, batch, await self._ask(batch))
        except MosaicError as trouble:
            again = [] if len(batch) == 1 or isinstance(trouble, OptionsError) else batch
            _give([] if again else batch, trouble)
        except BaseException:
            _give(batch, SourceUnavailableError(called(plugin), "the call that this was part of was cut off"))
            raise
        for each in again:
            await self._alone(plugin, each)

    async def _alone(self, plugin: str, event: Waiting) -> None:
        try:
            share_out(plugin, [event], await self._ask([event]))
        except MosaicError as trouble:
            _give([event], trouble)


def share_out(plugin: str, batch: Sequence[Waiting], answer: Facts | None) -> list[Waiting]:
    """Those that the answer says nothing of, to be asked alone. A batch of one is asked, and answers, as itself."""
    if len(batch) == 1:
        batch[0].answer = answer
        batch[0].done.set()
        return []
    results = (answer or {}).get("results")
    if not isinstance(results, list):
        raise garbled(plugin, "no list `results` for a batch")
    told = {each["sequence"]: each for each in results if isinstance(each, dict) and "sequence" in each}
    return [event for event in batch if not _settled(plugin, event, told.get(event.sequence))]


def _settled(plugin: str, event: Waiting, told: Facts | None) -> bool:
    if told is None or not ("error" in told or "data" in told):
        return False
    data = told.get("data")
    if "error" in told:
        event.error = told_error(plugin, event.about, told["error"])
    elif data is None or isinstance(data, dict):
        event.answer = data
    else:
        event.error = garbled(plugin, "`data` that is no object")
    event.done.set()
    return True


def _give(batch: Sequence[Waiting], trouble: MosaicError) -> None:
    for each in batch:
        each.error = trouble
        each.done.set()
