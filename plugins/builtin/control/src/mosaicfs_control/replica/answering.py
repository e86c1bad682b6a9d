"""The API from the replica of a node: the routes that say so, for the owner of this machine, each with the age."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from time import time

import structlog
import trio
from starlette.types import Scope

from mosaicfs.instance_id import instance_id
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.node import Node
from mosaicfs.model.times import Clock
from mosaicfs.model.uplink import InTouch
from mosaicfs_control.answers import Answer
from mosaicfs_control.auth.endings import Ending, Endings
from mosaicfs_control.auth.gate import Asked
from mosaicfs_control.auth.principal import OWNER, Principal
from mosaicfs_control.entrance import OwnersEntrance
from mosaicfs_control.events.events import Events
from mosaicfs_control.file_bytes.digests import Digests, open_digests
from mosaicfs_control.front import Front, Surfaces
from mosaicfs_control.local_socket import is_owner
from mosaicfs_control.metrics.of_replica import OfReplica
from mosaicfs_control.metrics.surface import MetricsSurface
from mosaicfs_control.replica.following import Following, following
from mosaicfs_control.rest.refusals import ApiError, control_plane_required
from mosaicfs_control.rest.routing import Endpoint
from mosaicfs_control.rest.surface import RestSurface
from mosaicfs_control.serving import Door, Server
from mosaicfs_control.stopping import Stopping

AGE = "mosaicfs-replica-age"
AUTHORITIES = "ca.crt"

_END = "-----END CERTIFICATE-----"

log = structlog.get_logger(component="replica")


async def answer(kernel: Kernel, listener: trio.SocketListener) -> None:
    """Until cancelled."""
    async with (
        following(kernel.store, kernel.places.state_dir) as followed,
        open_digests(kernel.places.cache_dir) as digests,
    ):
        here = Replica(kernel, followed, digests)
        surface = ReplicaSurface(here)
        metrics = MetricsSurface(OfReplica(kernel, lambda: here.age_s), surface.told)
        shown = Surfaces(surface, surface, metrics if kernel.settings.metrics.enabled else None)
        front = metrics.counted(Front(shown, OwnersEntrance(OwnersGate(here.url), Refusals())))
        await Server(front, here.stopping.begin, admits=is_owner).run([Door(listener)], lambda: None)


@dataclass(frozen=True, slots=True)
class Replica:
    """`rest.routing.Here` of a node. Cursors are good until it stops."""

    kernel: Kernel
    following: Following
    digests: Digests
    cursor_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    stopping: Stopping = field(default_factory=Stopping)
    endings: Endings = field(default_factory=partial(Endings, time))
    clock: Clock = time

    @property
    def url(self) -> str:
        return self.kernel.settings.agent.control_plane_url

    @property
    def instance_id(self) -> str:
        return instance_id(self.kernel.places.state_dir)

    @property
    def ca_fingerprint(self) -> str:
        """Of the authority that this node trusts first."""
        pem = (self.kernel.places.state_dir / "keys" / AUTHORITIES).read_text(encoding="ascii")
        return sha256(ssl.PEM_cert_to_DER_cert(pem.partition(_END)[0].strip() + f"\n{_END}\n")).hexdigest()

    def last_heard(self, node: Node) -> str:
        """Nodes tell the control plane; the documents say what came of it."""
        return node.last_heartbeat

    async def followed(self) -> Events:
        return await self.following.events()

    def streaming(self, principal: Principal) -> AbstractContextManager[Ending]:
        """As many as the owner likes."""
        return self.endings.watch(principal)

    def downloading(self, principal: Principal) -> AbstractContextManager[Ending]:
        return self.endings.watch(principal)

    @property
    def age_s(self) -> int | None:
        """None before the control plane was reached for the first time."""
        last = self.kernel.last_contact() if isinstance(self.kernel, InTouch) else None
        return None if last is None else max(0, int(self.clock() - last))


class ReplicaSurface(RestSurface):
    """Everything but what may come from a replica needs the control plane, also what nobody has heard of."""

    def __init__(self, here: Replica) -> None:
        super().__init__(here)
        self._replica = here

    def admitted(self, scope: Scope, caller: Principal) -> tuple[Endpoint, dict[str, str]]:
        try:
            endpoint, path = super().admitted(scope, caller)
        except ApiError:
            raise control_plane_required(self._replica.url) from None
        if not endpoint.from_replica:
            raise control_plane_required(self._replica.url)
        return endpoint, path

    def told(self, answer: Answer, request_id: str) -> Answer:
        marked = super().told(answer, request_id)
        age_s = self._replica.age_s
        return marked if age_s is None else replace(marked, headers={**marked.headers, AGE: str(age_s)})


@dataclass(frozen=True, slots=True)
class OwnersGate:
    """The operating system has said that it is the owner. A login that is shown is for the control plane to judge."""

    url: str

    async def admit(self, asked: Asked) -> Principal:
        if asked.authorization is not None:
            raise control_plane_required(self.url)
        return OWNER

    def turned_away(self, source: str) -> None:
        """Nobody else gets as far as here."""


class Refusals:
    """Of pages of other sites, in the log of the agent."""

    def note(self, event: str, *, source: str = "", target: str = "", result: str = "ok", request_id: str = "") -> None:
        facts: Mapping[str, str] = {"source": source, "target": target, "result": result, "request_id": request_id}
        log.warning(event, **facts)
