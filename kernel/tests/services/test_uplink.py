"""The line to the control plane: when it was reached last."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mosaicfs.errors import ServerUnreachableError
from mosaicfs.model.heartbeat import Heartbeat
from mosaicfs.services.uplink import Uplink

BEAT = Heartbeat(
    node_id="node-desk",
    name="desk",
    platform="linux",
    version="1",
    vfs_capable=False,
    status="online",
    overall="healthy",
    subsystems={},
    time="2026-01-15T14:30:00Z",
)


class ControlPlane:
    def __init__(self, *, is_away: bool = False) -> None:
        self.is_away = is_away

    async def receive(self, heartbeat: Heartbeat) -> None:
        if self.is_away:
            raise ServerUnreachableError("https://nas.example", "it is off")

    async def push(self) -> None:
        """Nothing waits."""


async def test_the_last_contact_outlives_a_restart_that_finds_nobody(tmp_path: Path) -> None:
    contact = tmp_path / "last_contact"
    uplink = Uplink(contact)
    assert uplink.last_contact() is None
    uplink.connect(ControlPlane())
    await uplink.receive(BEAT)
    assert uplink.last_contact() is not None
    os.utime(contact, (1_000, 1_000))

    later = Uplink(contact)
    later.connect(ControlPlane(is_away=True))
    with pytest.raises(ServerUnreachableError):
        await later.receive(BEAT)
    assert later.last_contact() == 1_000
    later.connect(ControlPlane())
    await later.receive(BEAT)
    assert (later.last_contact() or 0) > 1_000
