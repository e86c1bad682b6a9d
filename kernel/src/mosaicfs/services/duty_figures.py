"""What each duty of this machine has read, and what else it has to say, in a file that the others find.

The agent tells it for all of them; whoever shows metrics adds it up. Figures go on over restarts of a duty, so that
they only grow while the machine runs. A killed duty loses what it read since it wrote last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Final, NoReturn

import msgspec
import structlog
import trio
from msgspec import Struct

from mosaicfs.model.content import Content, TierFigures
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.standing import Fare, Standing
from mosaicfs.model.times import Clock

EVERY_S: Final = 10.0
FRESH_S: Final = 40.0
"""A duty that has not written for that long is not there any more; what it has read stays read."""

SUMMED: Final = ("hits", "misses", "fetched_bytes", "evictions")
MOUNT: Final = "vfs_mount"
CACHE: Final = "cache"

_log = structlog.get_logger(component="figures")


class DutyFigures(Struct, frozen=True, kw_only=True):
    """`subsystems` are those that the duty told of; they count while it lives."""

    written_at: float
    tiers: tuple[TierFigures, ...] = ()
    cache: dict[str, int] = {}
    subsystems: dict[str, dict[str, Json]] = {}


@dataclass(slots=True)
class RelayedStanding:
    """`model.standing.Standing` of a duty that writes no status: what is told reaches the agent, if there is one."""

    subsystems: dict[str, dict[str, Json]] = field(default_factory=dict)

    def tell(self, subsystem: str, fare: Fare, message: str = "", counters: Mapping[str, Json] | None = None) -> None:
        before = self.subsystems.get(subsystem, {})
        said: JsonObject = {"status": fare, "message": message}
        self.subsystems[subsystem] = {**before, **(counters or {}), **said}

    def trouble(self, subsystem: str, level: str, message: str) -> None:
        """It stands in the log of its own duty."""
        _log.info("a part is in trouble", subsystem=subsystem, level=level, message=message)

    def watching(self, paths: tuple[str, ...], adopted: tuple[str, ...] = ()) -> None:
        """Only an agent watches."""

    def hurry(self) -> None:
        """The agent reads it in its own time."""


@dataclass(slots=True)
class Figures:
    """Of one duty. `name` tells two of a kind apart, such as mounts at different places."""

    folder: Path
    name: str
    content: Content
    relayed: RelayedStanding
    clock: Clock = time
    _before: DutyFigures | None = None

    async def run(self) -> NoReturn:
        """Written at the end once more."""
        self._before = _read(self._path)
        try:
            while True:
                self.write(self.relayed.subsystems)
                await trio.sleep(EVERY_S)
        finally:
            self.write({})

    def write(self, subsystems: Mapping[str, dict[str, Json]]) -> None:
        """It need not outlive the machine, so nothing is flushed."""
        draft = self._path.with_name(f".{self._path.name}.draft")
        try:
            draft.write_bytes(msgspec.json.encode(self._now(subsystems)))
            draft.replace(self._path)
        except OSError as trouble:
            _log.info("what was read is not written down", path=str(self._path), cause=str(trouble))

    @property
    def _path(self) -> Path:
        return _path_of(self.folder, self.name)

    def _now(self, subsystems: Mapping[str, dict[str, Json]]) -> DutyFigures:
        before = self._before or DutyFigures(written_at=0)
        cache = self.content.report().get(CACHE)
        told = cache if isinstance(cache, Mapping) else {}
        counted = {name: value for name in SUMMED if isinstance(value := told.get(name), int)}
        return DutyFigures(
            written_at=self.clock(),
            tiers=tuple(added((*before.tiers, *self.content.figures()))),
            cache=Counter(before.cache) + Counter(counted),
            subsystems=dict(subsystems),
        )


def _path_of(folder: Path, name: str) -> Path:
    return folder / f"reads-{name}.json"


def name_of(duty: str, mount_path: str) -> str:
    return f"{duty}-{sha256(mount_path.encode()).hexdigest()[:8]}" if duty == "mount" else duty


def last_sign_of(folder: Path, duty: str) -> float | None:
    """When it wrote last, as a living duty does every ten seconds; None for one that never has."""
    found = _read(_path_of(folder, duty))
    return None if found is None else found.written_at


def figures_in(folder: Path) -> list[DutyFigures]:
    """Of all duties of this machine, also of those that have ended."""
    return [found for path in sorted(folder.glob("reads-*.json")) if (found := _read(path)) is not None]


def tiers_in(folder: Path) -> list[TierFigures]:
    """Of all duties together."""
    return added(each for duty in figures_in(folder) for each in duty.tiers)


def added(figures: Iterable[TierFigures]) -> list[TierFigures]:
    """One of each tier."""
    known: dict[str, TierFigures] = {}
    for each in figures:
        known[each.tier] = _sum(known[each.tier], each) if each.tier in known else each
    return list(known.values())


def _sum(one: TierFigures, other: TierFigures) -> TierFigures:
    return TierFigures(
        tier=one.tier,
        reads=_sums(one.reads, other.reads),
        read_bytes=one.read_bytes + other.read_bytes,
        opens=_sums(one.opens, other.opens),
        open_seconds=one.open_seconds + other.open_seconds,
    )


def _sums(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def _read(path: Path) -> DutyFigures | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=DutyFigures)
    except (OSError, msgspec.DecodeError):
        return None


# --- the agent -----------------------------------------------------------------------------------------------------


async def tell_all(folder: Path, report: Callable[[], JsonObject], standing: Standing, clock: Clock = time) -> NoReturn:
    """How cache and mount of this machine fare, whatever duty has them."""
    is_mounted = False
    while True:
        found = figures_in(folder)
        if isinstance(cache := report().get(CACHE), Mapping):
            counted = {name: sum(duty.cache.get(name, 0) for duty in found) for name in SUMMED}
            standing.tell(CACHE, "healthy", counters={**cache, **counted})
        mounts = [duty.subsystems[MOUNT] for duty in found if MOUNT in duty.subsystems and lives(duty, clock())]
        if mounts:
            counters = {name: value for name, value in mounts[-1].items() if name not in ("status", "message")}
            standing.tell(MOUNT, "healthy", counters=counters)
        elif is_mounted:
            standing.tell(MOUNT, "disabled", "Nothing is mounted.")
        is_mounted = bool(mounts)
        await trio.sleep(EVERY_S)


def lives(duty: DutyFigures, now: float) -> bool:
    return abs(now - duty.written_at) < FRESH_S
