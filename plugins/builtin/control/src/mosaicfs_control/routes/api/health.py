"""How this control plane and its nodes fare."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import anyio
import msgspec
from msgspec import Struct

from mosaicfs.errors import MosaicError
from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.ids import SETTINGS_ID, status_id
from mosaicfs.model.node import Node
from mosaicfs.model.notification import Notification
from mosaicfs.model.questions import NodesByStatus, Notifications
from mosaicfs.model.store import KnowsItsHealth, Store
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.lists import Page, slice_of
from mosaicfs_control.rest.reading import noun_of, nouns_of
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import list_tag

routes = Routes()

READY_WITHIN_S = 2
MOST_NOTIFICATIONS = 1_000
"""That many are counted; whoever has more has other worries than the number."""

NODE_STATUSES = ("online", "offline", "degraded", "disabled")


class Life(Struct, frozen=True):
    """Without content: anybody may ask."""

    status: Literal["ok", "starting", "failed"]


class Part(Struct, frozen=True, omit_defaults=True):
    """One subsystem; `disabled` is none of a trouble."""

    status: str
    message: str | None = None


class Health(Struct, frozen=True):
    """`subsystems` are those of this machine."""

    status: Literal["healthy", "degraded", "unhealthy"]
    subsystems: dict[str, Part]
    nodes: dict[str, int]
    notifications: dict[str, int]


class NodeHealth(Struct, frozen=True):
    node_id: str
    friendly_name: str
    status: str
    last_heartbeat: str
    subsystems: dict[str, Part]


class NodesHealth(Struct, frozen=True):
    items: list[NodeHealth]
    total: int | None
    limit: int
    offset: int


@routes.on("GET", "/api/health", answer=Health, from_replica=True)
async def health(call: Call, query: NoQuery) -> Ready:
    """Say how this control plane, its nodes and its notifications stand."""
    store = call.store
    told = noun_of(await store.get(status_id(call.kernel.node_id)), AgentStatus)
    nodes = Counter(node.status for _, node in await nouns_of(store, NodesByStatus(), Node))
    active = await nouns_of(store, Notifications(status="active"), Notification, MOST_NOTIFICATIONS)
    severities = Counter(notification.severity for _, notification in active)
    ails = _ailing(call.kernel.store)
    return json_answer(
        Health(
            status="unhealthy" if ails else "healthy" if told is None else told.overall,
            subsystems={"store": Part("healthy"), **_parts(told), **ails},
            nodes={status: nodes[status] for status in NODE_STATUSES},  # type: ignore[index]  # those of the model
            notifications={"error": severities["error"], "warning": severities["warning"]},
        )
    )


@routes.on("GET", "/api/health/live", answer=Life, access="public", from_replica=True)
async def live(call: Call, query: NoQuery) -> Ready:
    """Say that the server answers."""
    return json_answer(Life("ok"))


@routes.on("GET", "/api/health/ready", answer=Life, access="public", from_replica=True)
async def ready(call: Call, query: NoQuery) -> Ready:
    """Say whether the server can do its work: 503 with `failed` where its store does not answer."""
    with anyio.move_on_after(READY_WITHIN_S):
        try:
            await call.store.get(SETTINGS_ID)
            return json_answer(Life("ok"))
        except MosaicError:
            pass  # this call has no content; what is wrong is told by those that need the store
    return json_answer(Life("failed"), 503)


@routes.on("GET", "/api/health/nodes", Page, answer=NodesHealth, from_replica=True)
async def health_of_nodes(call: Call, query: Page) -> Ready:
    """List the nodes and how each of their parts fares."""
    tag = await list_tag(call)
    nodes = [node for _, node in await nouns_of(call.store, NodesByStatus(), Node)]
    told = await call.store.get_many([status_id(node.node_id) for node in nodes])
    rows = [
        NodeHealth(node.node_id, node.friendly_name, node.status, call.here.last_heard(node), _parts(status))
        for node, status in zip(nodes, (noun_of(document, AgentStatus) for document in told), strict=True)
    ]
    return slice_of([msgspec.json.encode(row) for row in rows], query, tag)


def _ailing(store: Store) -> dict[str, Part]:
    """From memory: a database that is full or damaged cannot hold what is wrong with it."""
    ailment = store.ailment if isinstance(store, KnowsItsHealth) else None
    return {} if ailment is None else {"store": Part("unhealthy", ailment.message)}


def _parts(told: AgentStatus | None) -> dict[str, Part]:
    subsystems = {} if told is None else told.subsystems
    return {name: Part(subsystem.status, subsystem.message) for name, subsystem in subsystems.items()}
