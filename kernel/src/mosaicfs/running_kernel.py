"""What the faces of a duty are given: the parts of this process that they may ask, and no way to the others.

`model.kernel` says what may be asked; `app` makes the parts and puts them in here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mosaicfs.content.local import LocalContent
from mosaicfs.errors import UnsupportedError
from mosaicfs.model.configuration import Settings
from mosaicfs.model.described_plugin import DescribedPlugin
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.indexing import Index
from mosaicfs.model.node import Transfer
from mosaicfs.model.plugin_info import Duty
from mosaicfs.model.plugin_item import PluginItem
from mosaicfs.model.query import Answers, Query
from mosaicfs.model.requests import Work as RequestWork
from mosaicfs.model.standing import Standing
from mosaicfs.model.store import Store
from mosaicfs.model.stream import ByteStream
from mosaicfs.model.tree import Directories, Tree
from mosaicfs.model.uplink import ControlPlane
from mosaicfs.paths import Places
from mosaicfs.plugin_host.following import FollowedPlugins
from mosaicfs.services.backends.backends import POLL, Backends
from mosaicfs.services.backends.line import NAME as MATERIALIZE
from mosaicfs.services.backends.line import asked_stream
from mosaicfs.services.duty_figures import RelayedStanding
from mosaicfs.services.first_pull import FirstPull
from mosaicfs.services.instance_settings import SettingsInForce
from mosaicfs.services.node_life import NodeLife
from mosaicfs.services.pinning.metered import Metered
from mosaicfs.services.querying.answering import Answering
from mosaicfs.services.querying.line import NAME as QUERY
from mosaicfs.services.querying.line import ask_agent
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
    backends: Backends
    answering: Answering
    plugins: FollowedPlugins


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
    relayed: RelayedStanding = field(default_factory=RelayedStanding)
    plugin_items: Callable[[], Sequence[PluginItem]] = list
    described_plugin: Callable[[str], DescribedPlugin | None] = lambda code: None
    metered: Metered = field(default_factory=Metered)

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
        return self.relayed if self.agent is None else self.agent.standing

    async def is_metered(self) -> bool:
        return await self.metered.look()

    def answer_requests(self, kind: str, work: RequestWork) -> None:
        agent = self._agent("What the control plane asks of this node")
        agent.requests.answer(kind, agent.backends.beside(work) if kind == POLL else work)

    async def materialize(self, entry: Entry, span: Span) -> ByteStream:
        """Bytes of a file of a storage backend that this node hosts; another duty has its agent fetch them."""
        if self.agent is not None:
            return await self.agent.backends.stream(entry, span)
        return await asked_stream(self.places.runtime_dir / MATERIALIZE, entry, span)

    async def ask_plugins(self, question: Query) -> Answers:
        if self.agent is not None:
            return await self.agent.answering.ask(question)
        return await ask_agent(self.places.runtime_dir / QUERY, question)

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
