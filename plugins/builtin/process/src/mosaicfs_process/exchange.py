"""What both ways to ask a process have in common, as the hooks see it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol, TypeAlias

from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.json import Json
from mosaicfs.model.plugin_kind import PluginInstance

Facts: TypeAlias = dict[str, Json]
"""A JSON object that came from, or goes to, another process."""

LONGEST_BYTES = 10_000_000
"""Of an answer, and of a line in either direction."""


class Exchange(Protocol):
    """One plugin in another process. Every error is one of `mosaicfs.errors`."""

    @property
    def instance(self) -> PluginInstance:
        """As it is configured now."""

    @property
    def folder(self) -> Path:
        """Where the plugin may write; staging files are put there."""

    async def event(self, event: Event, entry: Entry | None, path: Path | None) -> Facts | None:
        """The answer to one job: facts, or None to keep what there is."""

    async def request(self, name: str, payload: Facts, limit_s: float) -> Facts | None:
        """The answer to anything else; None where the process says `null`."""

    def parts(
        self, name: str, payload: Facts, on_life: Callable[[], None]
    ) -> AbstractAsyncContextManager[AsyncIterator[Facts]]:
        """A long answer, piece by piece, the last one with the members of the end. `on_life`: it is still at it."""


def without_nothing(members: Mapping[str, Json]) -> Facts:
    return {name: value for name, value in members.items() if value is not None}
