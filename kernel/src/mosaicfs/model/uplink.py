"""The line from a joined node to its control plane, as the agent and the plugin that carries it see each other."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from mosaicfs.model.heartbeat import HeartbeatReceiver


class ControlPlane(HeartbeatReceiver, Protocol):
    """The other end. Good to the very end of the agent, when the plugin's own face is over already."""

    async def push(self) -> None:
        """Send what this node wrote and the control plane does not have yet, once. Returns where it cannot be had."""


@runtime_checkable
class Joins(Protocol):
    """A kernel that may be joined to a control plane: that of the duty `agent`."""

    def connect(self, control_plane: ControlPlane) -> None:
        """Heartbeats go there from now on."""

    async def pulled(self) -> None:
        """Everything that the control plane has for this node is in the store. Saying so again is welcome."""

    def awaits_pull(self) -> bool:
        """Whether crawls wait for that."""


@runtime_checkable
class InTouch(Protocol):
    """A kernel that knows when its control plane was reached."""

    def last_contact(self) -> float | None:
        """Seconds since the epoch; None before the first time. It outlives a restart."""
