"""`GET /metrics` as one ASGI application: who may read it, and where the readings come from."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Sequence
from time import time

import anyio
import structlog
import trio
from starlette.types import ASGIApp, Receive, Scope, Send

import mosaicfs
from mosaicfs import Store
from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.ids import status_id
from mosaicfs.model.node import Node
from mosaicfs.model.notification import Notification
from mosaicfs.model.questions import FilesUnder, NodesByStatus, Notifications
from mosaicfs.model.search import Search
from mosaicfs.model.times import Clock
from mosaicfs_control.answers import Answer, Outgoing, Ready, takes_gzip
from mosaicfs_control.auth import principal
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.incoming import Incoming
from mosaicfs_control.metrics.of_nodes import read_node, read_status
from mosaicfs_control.metrics.readings import CONTENT_TYPE, Readings
from mosaicfs_control.metrics.traffic import Traffic
from mosaicfs_control.rest.reading import noun_of, nouns_of
from mosaicfs_control.rest.refusals import ApiError, refusal_of, unauthorized
from mosaicfs_control.rest.routing import Instance
from mosaicfs_control.rest.surface import headers_of, marked, request_id_of

SEVERITIES = ("error", "warning", "info")
MOST_NOTIFICATIONS = 1_000
PATIENCE_S = 0.25
"""For the index of names; while it is made, files are not counted."""
SIZES_KEPT_S = 300.0
"""Adding up half a million sizes takes a good part of a second."""

log = structlog.get_logger(__name__)


class MetricsSurface:
    def __init__(self, instance: Instance, clock: Clock = time) -> None:
        self._instance = instance
        self._clock = clock
        self._traffic = Traffic()
        self._sizes: dict[str, int] = {}
        self._sizes_until = float("-inf")

    def counted(self, app: ASGIApp) -> ASGIApp:
        """The same application, whose answers are counted in what is shown here."""
        return self._traffic.counted(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        incoming, request_id = (
            Incoming(receive, headers, promised=principal.body_sha256_of(scope)),
            request_id_of(headers),
        )
        try:
            answer = await self._answer(scope, incoming)
        except Exception as cause:
            refused = refusal_of(cause, request_id)
            if refused is not cause:
                log.error("request_failed", request_id=request_id, path=scope["path"], exc_info=cause)
            answer = Ready(refused.body(), refused.status, refused.headers)
        try:
            await Outgoing(send, incoming, gzip=takes_gzip(headers)).deliver(marked(answer, request_id))
        finally:
            incoming.close()

    async def _answer(self, scope: Scope, incoming: Incoming) -> Answer:
        _require_reader(principal.of(scope))
        if scope["method"] not in ("GET", "HEAD"):
            raise ApiError("not_supported", "Only GET, HEAD work here.", headers={"allow": "GET, HEAD"})
        await incoming.prove()
        return Ready((await self.readings()).text(), media_type=CONTENT_TYPE)

    async def readings(self) -> Readings:
        readings, store = Readings(), self._instance.kernel.store
        readings.put("build_info", 1, version=mosaicfs.__version__, python=platform.python_version())
        nodes = [node for _, node in await nouns_of(store, NodesByStatus(), Node)]
        await self._read_nodes(readings, nodes)
        await self._read_index(readings, nodes)
        await _read_notifications(readings, store)
        info = await store.info()
        readings.put("store_documents", info.live)
        readings.put("store_bytes", info.file_bytes or 0)
        await self._read_tree(readings)
        for kind, count in Counter(job.kind for job in self._instance.jobs.live.values()).items():
            readings.put("jobs", count, kind=kind)
        threads = trio.to_thread.current_default_thread_limiter()
        readings.put("worker_threads_busy", threads.borrowed_tokens, limiter="default")
        self._traffic.read(readings)
        return readings

    async def _read_nodes(self, readings: Readings, nodes: Sequence[Node]) -> None:
        """One that was removed is nobody's worry any more."""
        here = [node for node in nodes if node.status != "disabled"]
        now_s, health = self._clock(), self._instance.reception.health
        told = await self._instance.kernel.store.get_many([status_id(node.node_id) for node in here])
        for node, document in zip(here, told, strict=True):
            read_node(readings, node, health.last_heard(node.node_id) or node.last_heartbeat, now_s)
            if (status := noun_of(document, AgentStatus)) is not None:
                read_status(readings, node.node_id, status, now_s)

    async def _read_index(self, readings: Readings, nodes: Sequence[Node]) -> None:
        store = self._instance.kernel.store
        with anyio.move_on_after(PATIENCE_S):
            for status in ("active", "deleted"):
                page = await store.search(Search(status=status, facets=("node",), limit=1))
                for found in page.facets["node"]:
                    readings.put("index_files", found.count, node=found.value, status=status)
        if self._clock() >= self._sizes_until:
            self._sizes = {node.node_id: (await store.tally(FilesUnder(node.node_id, "/"))).bytes for node in nodes}
            self._sizes_until = self._clock() + SIZES_KEPT_S
        for node_id, size in self._sizes.items():
            readings.put("index_bytes", size, node=node_id)

    async def _read_tree(self, readings: Readings) -> None:
        """Nothing while it is asked a long question: its counters are none the worse for it."""
        with anyio.move_on_after(PATIENCE_S):
            state = await self._instance.kernel.tree.state()
            readings.put("tree_directories", state.directories)
            readings.put("tree_listings_kept", state.listings_kept)
            readings.put("tree_kept_bytes", state.kept_bytes)
            readings.put("tree_labelled_files", state.labelled_files)
            readings.put("tree_files_examined_total", state.files_examined)
            readings.put("tree_directories_examined_total", state.directories_examined)


async def _read_notifications(readings: Readings, store: Store) -> None:
    active = await nouns_of(store, Notifications(status="active"), Notification, MOST_NOTIFICATIONS)
    counts = Counter(notification.severity for _, notification in active)
    for severity in SEVERITIES:
        readings.put("notifications_active", counts[severity], severity=severity)  # type: ignore[index]  # the model's


def _require_reader(caller: Principal) -> None:
    if caller.kind == "nobody":
        raise unauthorized()
    if not (caller.may_read or caller.scope == "metrics"):
        raise ApiError("forbidden", "Whoever calls like this may not read metrics. Use a key of scope metrics or read.")
