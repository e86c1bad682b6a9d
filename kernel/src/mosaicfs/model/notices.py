"""How a plugin tells the owner that something is wrong, or right again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mosaicfs.model.notification import Remedy, Severity


class Notices(Protocol):
    """Bound to one plugin or part: its keys are its own. The calls never block, never raise, and any thread may."""

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        """The condition holds now. Saying so again is welcome."""

    def clear(self, key: str) -> None:
        """The condition does not hold; saying so of one that never held does nothing."""


class LastingNotices(Notices, Protocol):
    """Notices that are kept, and so are known after a restart too."""

    def holds(self, key: str) -> bool:
        """Whether the condition has been observed and not cleared since."""
