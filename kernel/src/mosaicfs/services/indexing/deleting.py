"""The end of missing files: through the brake, then written, or held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import trio

from mosaicfs.model.crawling import Source
from mosaicfs.services.indexing import describing
from mosaicfs.services.indexing.brake import Brake, Recently
from mosaicfs.services.indexing.holds import Holds
from mosaicfs.services.indexing.identity import Known, parted
from mosaicfs.services.indexing.intake import Intake, Work


class Missing(NamedTuple):
    """`reason` is `gone` or `excluded`."""

    known: Known
    reason: str = "gone"


class Ended(NamedTuple):
    deleted: int
    held: int
    uncertain: frozenset[str] = frozenset()
    """Folders in which a file is held."""


@dataclass(frozen=True, slots=True)
class Deleting:
    intake: Intake
    holds: Holds
    brake: Brake
    _recently: dict[str, Recently] = field(default_factory=dict)

    def known(self, source: Source, active: int) -> int:
        """What the missing ones are a part of: these files, and those that went lately, however they were missed."""
        return active + self._of(source).count(trio.current_time())

    async def delete(self, source: Source, missing: Mapping[str, Missing], known: int) -> Ended:
        """By path. Who is held stays held, however few others are missing: only a person ends that, or the file."""
        recently, at = self._of(source), trio.current_time()
        held = {path: each.reason for path, each in missing.items() if self.holds.reason(path) is not None}
        if self.brake.holds(len(missing) + recently.count(at), known):
            held = {path: each.reason for path, each in missing.items()}
        if held:
            now = describing.now_text(self.intake.clock)
            await self.intake.patiently(lambda: self.holds.hold(source, held, known, now))
        works = [Work(each.known, None, each.reason) for path, each in missing.items() if path not in held]
        taken = await self.intake.settle(source, works)
        recently.add(at, taken.deleted)
        return Ended(taken.deleted, len(held), frozenset(parted(path)[0] for path in held))

    def _of(self, source: Source) -> Recently:
        return self._recently.setdefault(source.prefix, Recently())

    async def delete_unheld(self, source: Source, missing: Mapping[str, Missing]) -> int:
        """What a person has confirmed."""
        works = [Work(each.known, None, each.reason) for each in missing.values()]
        return (await self.intake.settle(source, works)).deleted
