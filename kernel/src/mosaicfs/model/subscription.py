"""What plugins want to hear of: how the host, which knows them, tells the runner, which brings them their events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from msgspec import Struct

from mosaicfs.model.plugin import DispatchRule
from mosaicfs.model.plugin_info import LentContent


class Subscription(Struct, frozen=True, kw_only=True):
    """What one enabled plugin instance wants to hear of, and how it is to be asked.

    `plugin_name` is the whole name, `summary@work`. At most `window` calls are open at once. `in_order`: events go in
    the order of their sequence, and a lost connection is no attempt. `standing` is `ready` or why it is not asked now.
    """

    plugin_name: str
    events: tuple[str, ...] = ()
    mime_globs: tuple[str, ...] = ()
    dispatch_rules: tuple[DispatchRule, ...] = ()
    scope: Literal["own", "all"] = "own"
    content: LentContent = "path"
    workers: int = 2
    window: int = 2
    timeout_s: float = 60.0
    max_attempts: int = 3
    batch_size: int = 1
    annotation_version: int = 1
    in_order: bool = False
    standing: str = "ready"


class Subscribers(Protocol):
    def current(self) -> Mapping[str, Subscription]:
        """By whole name. Whoever is not in it any more has no use for what waits for it."""

    async def changed(self) -> None:
        """Returns after the next change."""
