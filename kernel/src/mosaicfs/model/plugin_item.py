"""How one plugin fares in this process, as `mosaicfs plugins list` shows it."""

from __future__ import annotations

from typing import Literal, NamedTuple

PluginKind = Literal["distribution", "file"]
PluginStanding = Literal["ready", "disabled", "refused", "missing", "paused", "failing", "restart_needed"]


class PluginItem(NamedTuple):
    """`reason` is empty where there is nothing to tell; a `ready` plugin has one after an unexpected failure."""

    name: str
    kind: PluginKind
    version: str
    title: str
    hooks: tuple[str, ...]
    standing: PluginStanding
    reason: str
