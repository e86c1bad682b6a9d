"""How the parts of an agent say how they fare; `services/standing` makes the `agent_status` document of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol, runtime_checkable

from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.json import Json

Fare = Literal["healthy", "degraded", "unhealthy", "disabled"]


class Standing(Protocol):
    """The calls never block and never raise."""

    def tell(self, subsystem: str, fare: Fare, message: str = "", counters: Mapping[str, Json] | None = None) -> None:
        """Replaces what the subsystem said before; `counters` left out stay as they were, None takes one away."""

    def trouble(self, subsystem: str, level: Literal["warning", "error"], message: str) -> None:
        """One of the last 50 errors. Equal ones within a minute are counted, not repeated."""

    def watching(self, paths: tuple[str, ...], adopted: tuple[str, ...] = ()) -> None:
        """The paths that are really watched, and those among them that the control plane has added."""

    def hurry(self) -> None:
        """Somebody looks for what was told: it is worth a write within seconds."""


@runtime_checkable
class Told(Protocol):
    """A standing that also says what it was told, for who shows this machine to its owner."""

    def status(self) -> AgentStatus:
        """As of now; the document is written seldom."""
