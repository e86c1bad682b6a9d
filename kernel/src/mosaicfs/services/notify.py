"""Brings notices to their owner through the channels of this node: builds what does it, which is in `delivering`."""

from __future__ import annotations

from typing import Protocol

from mosaicfs.instance_id import instance_id
from mosaicfs.model.configuration import Settings
from mosaicfs.model.kernel import Places
from mosaicfs.plugin_host.host import PluginHost
from mosaicfs.services.conditions import Conditions
from mosaicfs.services.delivering.delivering import TEST, Delivering
from mosaicfs.services.delivering.ledger import NAME, Ledger
from mosaicfs.services.delivering.sender import sender
from mosaicfs.services.requests import Requests


class Ground(Protocol):
    """What a duty stands on."""

    @property
    def conditions(self) -> Conditions: ...

    @property
    def host(self) -> PluginHost: ...

    @property
    def places(self) -> Places: ...

    @property
    def settings(self) -> Settings:
        """Those in force."""


def notifying(ground: Ground, requests: Requests) -> Delivering:
    """Its `run` is a task of the agent; requests for a test message come to it."""
    state_dir = ground.places.state_dir
    found = Delivering(
        ground.conditions.node_id,
        Ledger(state_dir / NAME),
        ground.host.hooks,
        ground.conditions.of("notify"),
        lambda store: sender(store, ground.settings, instance_id(state_dir)),
        ground.host.standing.forgive,
        ground.host.items,
    )
    requests.answer(TEST, found.test)
    return found
