"""Where the heartbeats of a joined node go, and the last push: to the control plane that a plugin has connected.

How it is reached is the plugin's matter. Before it has said so, a heartbeat waits. When it was reached last is kept in
the time of a file, so that somebody who starts alone still knows how old what he has is.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import trio

from mosaicfs.model.heartbeat import Heartbeat
from mosaicfs.model.uplink import ControlPlane


class Uplink:
    """`model.heartbeat.HeartbeatReceiver` of a node that has joined."""

    def __init__(self, contact: Path) -> None:
        """The age of `contact`, a file, says when the control plane took something last."""
        self._contact = contact
        self._control_plane: ControlPlane | None = None
        self._connected = trio.Event()

    def connect(self, control_plane: ControlPlane) -> None:
        self._control_plane = control_plane
        self._connected.set()

    async def receive(self, heartbeat: Heartbeat) -> None:
        await self._connected.wait()
        assert self._control_plane is not None
        await self._control_plane.receive(heartbeat)
        with suppress(OSError):
            self._contact.touch(mode=0o600)

    async def push(self) -> None:
        """Nothing where nobody is connected."""
        if self._control_plane is not None:
            await self._control_plane.push()

    def last_contact(self) -> float | None:
        try:
            return self._contact.stat().st_mtime
        except FileNotFoundError:
            return None

    @property
    def is_connected(self) -> bool:
        return self._control_plane is not None
