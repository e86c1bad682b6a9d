"""What a plugin says of itself, as `PLUGIN` in its module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mosaicfs.model.json import JsonObject
from mosaicfs.model.storage_backend import BackendMode

API = 1
"""The version of the hooks that this kernel speaks. It rises when an old plugin would be misunderstood."""

Duty = Literal["server", "agent", "mount"]


LentContent = Literal["path", "local", "none"]
"""A readable path of every file; of those on this machine, with the option `fetch_remote` of others too; of none."""


@dataclass(frozen=True, slots=True)
class ServedBackend:
    """A type of storage that a plugin knows how to speak to, and in which directions."""

    backend: str
    modes: tuple[BackendMode, ...] = ("source",)


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginInfo:
    """`api` has no default: a plugin names the version it was written for, not the one it happens to meet.

    `options` is a frozen dataclass, or a JSON Schema of the few forms that `plugin_host/options.py` lists. `hooks` may
    stay empty, the code says them. Raising `annotation_version` makes facts stale that were written before. `exempt`
    maps a conformance check that cannot pass to the reason.
    """

    name: str
    title: str
    summary: str
    version: str
    api: int
    annotation_version: int = 1
    hooks: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    backends: tuple[ServedBackend, ...] = ()
    options: type[Any] | JsonObject | None = None
    events: tuple[str, ...] = ()
    mime_globs: tuple[str, ...] = ()
    content: LentContent = "path"
    order: int = 100
    window: int | None = None
    network: bool = False
    default_enabled: bool = False
    duty: Duty = "agent"
    exempt: Mapping[str, str] = field(default_factory=dict)
