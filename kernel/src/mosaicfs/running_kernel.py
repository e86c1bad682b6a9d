"""What the faces of a duty are given: the parts of this process that they may ask, and no way to the others.

`model.kernel` says what may be asked; `app` makes the parts and puts them in here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from mosaicfs.content.local import LocalContent
from mosaicfs.errors import UnsupportedError
from mosaicfs.model.configuration import Settings
from mosaicfs.model.indexing import Index
from mosaicfs.model.node import Transfer
from mosaicfs.model.plugin_info import Duty
from mosaicfs.model.requests import Work as RequestWork
from mosaicfs.model.standing import Standing
from mosaicfs.model.store import Store
from mosaicfs.model.tree import Directories, Tree
from mosaicfs.model.uplink import ControlPlane
from mosaicfs.paths import Places
from mosaicfs.services.first_pull import FirstPull
from mosaicfs.services.instance_settings import SettingsInForce
from mosaicfs.services.node_life import NodeLife
from mosaicfs.services.requests import Requests
from mosaicfs.services.standing import NodeStanding
from mosaicfs.services.tree import LocalTree
from mosaicfs.services.uplink import Uplink


@dataclass(frozen=True, slots=True)
class AgentParts:
    """What only the duty `agent` has."""

    index: Index
    standing: NodeStanding
    requests: Requests
    uplink: Uplink
    first_pull: FirstPull
    life: NodeLife


@dataclass(frozen=True)
class RunningKernel:
    """What faces are given; `model.kernel` says what they may ask of it."""

    store: Store
    in_force: SettingsInForce
    places: Places
    node_id: str
    duty: Duty
    content: LocalContent
    agent: AgentParts | None = None

    @property
    def settings(self) -> Settings:
        return self.in_force.current

    @cached_property
    def tree(self) -> Tree:
        return LocalTree(self.store, self.settings.tree)

    @cached_property
    def directories(self) -> Directories:
        if self.duty != "server":
            raise UnsupportedError(f"Writing directories in the duty “{self.duty}”, which is no control plane,")
        from mosaicfs.services.directories import LocalDirectories  # noqa: PLC0415 - most duties write none

        return LocalDirectories(self.store)

    @property
    def index(self) -> Index:
        return self._agent("The index of this machine's files").index

    @property
    def standing(self) -> Standing:
        return self._agent("The standing of this node").standing

    def answer_requests(self, kind: str, work: RequestWork) -> None:
        self._agent("What the control plane asks of this node").requests.answer(kind, work)

    def advertise(self, transfer: Transfer | None) -> None:
        self._agent("What others are told of this node").life.advertise(transfer)

    def connect(self, control_plane: ControlPlane) -> None:
        self._agent("The line to the control plane").uplink.connect(control_plane)

    def last_contact(self) -> float | None:
        return None if self.agent is None else self.agent.uplink.last_contact()

    def awaits_pull(self) -> bool:
        return self.agent is not None and not self.agent.first_pull.over.is_set()

    async def pulled(self) -> None:
        await self._agent("The first pull").first_pull.end(self.store)

    def _agent(self, asked: str) -> AgentParts:
        if self.agent is None:
            raise UnsupportedError(f"{asked} is kept by the duty “agent”; asking for it in the duty “{self.duty}”")
        return self.agent
