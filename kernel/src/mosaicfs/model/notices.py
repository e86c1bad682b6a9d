"""How a plugin tells the owner that something is wrong, or right again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mosaicfs.model.notification import Remedy, Severity


class Notices(Protocol):
    """Bound to one plugin: its keys are its own. The calls never block and never raise."""

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        """The condition holds now. Saying so again is welcome."""

    def clear(self, key: str) -> None:
        """The condition does not hold; saying so of one that never held does nothing."""
