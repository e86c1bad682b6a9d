"""Small files that are brought here together: many questions less, and each is fetched once whoever opens it meanwhile.

It is a shorter way and never the only one: what does not come so is opened by itself, by whichever tier is next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import structlog
import trio

from mosaicfs.content.offering import Offers, OfMany, Tiers
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Gathers, TakesWhole
from mosaicfs.wire.parcels import MOST_BYTES, MOST_FILES

PART_FILES: Final = MOST_FILES // 2
PART_BYTES: Final = MOST_BYTES // 2
PARTS_AT_ONCE: Final = 2
"""While one is read at the other end, the one before is looked at here."""

WAIT_S: Final = 5.0

_log = structlog.get_logger(component="content")


class _Part(NamedTuple):
    tier: Gathers
    entries: Sequence[Entry]


@dataclass(slots=True, eq=False)
class Bringing:
    """`tiers` are those of now. Of what is under way, `wait` tells when it is decided."""

    tiers: Callable[[], Tiers]
    _under_way: dict[str, trio.Event] = field(default_factory=dict)
    _turns: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(PARTS_AT_ONCE))

    async def bring(self, entries: Sequence[Entry]) -> Collection[str]:
        """Those that can be read here now, by their ids; they are written down soon."""
        keeper: object = self.tiers().keeper
        if not isinstance(keeper, TakesWhole):
            return ()
        came: set[str] = set()
        async with trio.open_nursery() as nursery:
            for part in await self._parts(entries):
                nursery.start_soon(self._bring, part, keeper, came)
        return came

    async def wait(self, file_id: str) -> None:
        """Until it is here, or will not come so; a while at most, for who opens a file has other ways."""
        if (event := self._under_way.get(file_id)) is not None:
            with trio.move_on_after(WAIT_S):
                await event.wait()

    async def _bring(self, part: _Part, keeper: TakesWhole, came: set[str]) -> None:
        event = trio.Event()
        self._under_way.update((each.file_id, event) for each in part.entries)
        try:
            async with self._turns:
                found = await part.tier.gather(part.entries)
            contents = [(each, found[each.file_id]) for each in part.entries if each.file_id in found]
            await keeper.take_whole(contents)
            came.update(entry.file_id for entry, _ in contents)
        except Exception:  # noqa: BLE001 - whatever a tier stumbles over, each file can be opened by itself
            _log.exception("files did not come together", files=len(part.entries))
        finally:
            for each in part.entries:
                if self._under_way.get(each.file_id) is event:
                    del self._under_way[each.file_id]
            event.set()

    async def _parts(self, entries: Sequence[Entry]) -> list[_Part]:
        """What is not here, nor under way, by the tier that would be tried first and the node that has it."""
        groups: defaultdict[tuple[int, str], list[Entry]] = defaultdict(list)
        tiers: dict[int, Gathers] = {}
        offered: OfMany = {}
        for each in entries:
            if each.file_id in self._under_way:
                continue
            first = await Offers(self.tiers(), each, of_many=offered).next()
            tier = None if first is None else self.tiers().gathering.get(first.tier.name)
            if tier is not None and tier.is_small(each):
                groups[id(tier), each.node_id].append(each)
                tiers[id(tier)] = tier
        return [_Part(tiers[tier], some) for (tier, _), all_ in groups.items() for some in _cut(all_)]


def _cut(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """In order, each no larger than a part may be."""
    part: list[Entry] = []
    size = 0
    for each in entries:
        if part and (len(part) == PART_FILES or size + each.size > PART_BYTES):
            yield part
            part, size = [], 0
        part.append(each)
        size += each.size
    if part:
        yield part
