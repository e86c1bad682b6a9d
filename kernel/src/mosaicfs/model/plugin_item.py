"""How one plugin fares in this process, as `mosaicfs plugins list` shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol, runtime_checkable

PluginKind = Literal["distribution", "file", "executable", "socket"]
PluginStanding = Literal[
    "ready", "disabled", "refused", "missing", "paused", "failing", "disconnected", "restart_needed"
]


class PluginItem(NamedTuple):
    """`reason` is empty where there is nothing to tell; a `ready` plugin has one after an unexpected failure."""

    name: str
    kind: PluginKind
    version: str
    title: str
    hooks: tuple[str, ...]
    standing: PluginStanding
    reason: str


@runtime_checkable
class ShowsPlugins(Protocol):
    """A kernel that runs: which plugins its process has found, and how each fares."""

    def plugin_items(self) -> Sequence[PluginItem]: ...
