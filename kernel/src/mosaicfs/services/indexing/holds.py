"""Deletions that wait for a person: which, since when, and how they end.

A held file stays active. It leaves the hold when it is seen again; the hold is over when it is empty or when a person
has confirmed it. When deletions are held is decided in `brake`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from mosaicfs.model.crawling import Source
from mosaicfs.model.indexing import Hold
from mosaicfs.model.names import covers
from mosaicfs.model.notices import Notices
from mosaicfs.services.indexing.memory import Memory

EXAMPLES = 20

Reason = Literal["gone", "excluded"]


@dataclass(slots=True)
class Held:
    """One hold. `prefix` is where its files lie, `path` what a person knows the place by. Reasons by path."""

    hold_id: str
    path: str
    prefix: str
    backend: str
    known: int
    since: str
    files: dict[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> Mapping[str, str | int]:
        names = ("hold_id", "path", "prefix", "backend", "known", "since")
        return {name: getattr(self, name) for name in names}

    @property
    def told(self) -> Hold:
        examples = tuple(path for path, _ in zip(self.files, range(EXAMPLES), strict=False))
        return Hold(self.hold_id, self.path, len(self.files), self.known, self.since, examples)


def hold_id_of(source: Source) -> str:
    kind = "wp" if source.backend == "disk" else "sb"
    return f"{kind}-{sha256(path_of(source).encode()).hexdigest()[:12]}"


def path_of(source: Source) -> str:
    """What the hold is called after: the watched folder, or the name of the backend."""
    return source.prefix if source.backend == "disk" else source.name


class Holds:
    """Of one node. Everything is in the memory before it is told."""

    def __init__(self, memory: Memory, notices: Notices) -> None:
        self._memory = memory
        self._notices = notices
        self._holds: dict[str, Held] = {}

    async def load(self) -> None:
        for facts, paths in await self._memory.holds():
            held = Held(**facts, files=dict(paths))  # type: ignore[arg-type]  # as `facts` wrote them
            self._holds[held.hold_id] = held
            self._observe(held)

    def all(self) -> list[Hold]:
        return [held.told for held in self._holds.values()]

    def get(self, hold_id: str) -> Held | None:
        return self._holds.get(hold_id)

    def reason(self, path: str) -> str | None:
        """Why the file would be deleted; None where it is not held."""
        return next((held.files[path] for held in self._holds.values() if path in held.files), None)

    async def hold(self, source: Source, files: Mapping[str, str], known: int, now: str) -> None:
        """Reasons by path. What is held already stays so, with its `since`."""
        hold_id = hold_id_of(source)
        held = self._holds.get(hold_id)
        if held is None:
            held = Held(hold_id, path_of(source), source.prefix, source.backend, known, now)
        fresh = [(path, reason) for path, reason in files.items() if held.files.get(path) != reason]
        if fresh:
            await self._memory.hold(hold_id, held.facts, fresh)
        held.files.update(fresh)
        self._holds[hold_id] = held
        self._observe(held)

    async def seen(self, paths: Iterable[str]) -> None:
        """Files that are there, or that are no more what was held, leave their hold."""
        if not self._holds:
            return
        back = [path for path in paths if self.reason(path) is not None]
        if back:
            await self._take_out(back)

    async def moved(self, prefix: str) -> None:
        """Nothing below a folder that has another name now is held there."""
        held = [path for each in self._holds.values() for path in each.files if covers(prefix, path)]
        if held:
            await self._take_out(held)

    async def over(self, hold_id: str) -> None:
        held = self._holds.pop(hold_id, None)
        if held is not None:
            await self._memory.release((), [hold_id])
            self._notices.clear(_condition(held))

    async def _take_out(self, paths: Sequence[str]) -> None:
        for held in self._holds.values():
            for path in paths:
                held.files.pop(path, None)
        empty = [held for held in self._holds.values() if not held.files]
        await self._memory.release(paths, [held.hold_id for held in empty])
        for held in empty:
            del self._holds[held.hold_id]
            self._notices.clear(_condition(held))

    def _observe(self, held: Held) -> None:
        count = len(held.files)
        self._notices.observe(
            _condition(held),
            "warning",
            "Many files are missing",
            f"{count:,} of {held.known:,} files of {held.path} are not there any more. They stay in the index until "
            f"you confirm that they were deleted (mosaicfs agent holds confirm {held.hold_id}) or they are back.",
        )


def _condition(held: Held) -> str:
    return f"large_{'local' if held.backend == 'disk' else 'remote'}_deletion:{held.path}"
