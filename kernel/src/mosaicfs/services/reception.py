"""Taking a heartbeat: what the control plane writes down of a node, and of the folders that it watches.

On the control plane's own machine the agent calls this in its own process, and what it says of requested work waits
in the store for the other process. What a node says of itself stands in the heartbeat; whether it can be reached is
found out elsewhere.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from time import time

import msgspec
from msgspec import structs

from mosaicfs import wire
from mosaicfs.errors import AccessRefusedError, ConflictError
from mosaicfs.model.filesystem import Availability, Filesystem
from mosaicfs.model.heartbeat import Heartbeat, JobReport
from mosaicfs.model.ids import filesystem_doc_id, node_doc_id
from mosaicfs.model.names import filesystem_slug
from mosaicfs.model.node import Node, NodeStatus
from mosaicfs.model.questions import FilesystemsOf
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock, instant, now_text
from mosaicfs.services.revising import revise

BEAT_KEPT_S = 600
PRESENCE_KEPT_S = 86_400

_REPORTS = "job_reports"
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Reception:
    """`model.heartbeat.HeartbeatReceiver` over a store that this process may write as the control plane.

    `keeps_reports`: the control plane is another process, which reads them by `read_reports`.
    """

    store: Store
    clock: Clock = time
    keeps_reports: bool = True

    async def receive(self, heartbeat: Heartbeat) -> None:
        now = now_text(self.clock)
        doc_id = node_doc_id(heartbeat.node_id)
        node = await revise(self.store, doc_id, CONTROL, Node, lambda before: node_after(before, heartbeat, now))
        assert node is not None
        if node.status == "disabled":
            raise AccessRefusedError("this instance", f"{heartbeat.node_id} was removed from it")
        await self._receive_folders(node, heartbeat, now)
        if self.keeps_reports:
            await _keep_reports(self.store, heartbeat)

    async def _receive_folders(self, node: Node, heartbeat: Heartbeat, now: str) -> None:
        known = {filesystem.export_root: filesystem.filesystem_id for filesystem in await self._filesystems(node)}
        for path in dict.fromkeys((*heartbeat.watch_paths, *heartbeat.adopted_paths)):
            filesystem_id = known.get(path) or _new_id(node.node_id, path, frozenset(known.values()))
            known[path] = filesystem_id

            def decide(
                before: Filesystem | None, path: str = path, filesystem_id: str = filesystem_id
            ) -> Filesystem | None:
                return filesystem_after(before or _new_filesystem(node, filesystem_id, path, now), heartbeat, now)

            await revise(self.store, filesystem_doc_id(filesystem_id), CONTROL, Filesystem, decide)

    async def _filesystems(self, node: Node) -> list[Filesystem]:
        answer = await self.store.ask(FilesystemsOf(owning_node_id=node.node_id))
        found = [wire.decode(document.id, document.body) for document in answer.documents]
        return [each for each in found if isinstance(each, Filesystem)]


class _Reports(msgspec.Struct, frozen=True):
    jobs: tuple[JobReport, ...] = ()


async def read_reports(store: Store, node_id: str) -> tuple[JobReport, ...]:
    """What the node of this machine said last of the work that was asked of it. Never replicated."""
    found = await store.local_get(_REPORTS, node_id)
    return () if found is None else msgspec.json.decode(found.body, type=_Reports).jobs


async def _keep_reports(store: Store, heartbeat: Heartbeat) -> None:
    found = await store.local_get(_REPORTS, heartbeat.node_id)
    known = _Reports() if found is None else msgspec.json.decode(found.body, type=_Reports)
    if known.jobs == heartbeat.jobs:
        return
    body = wire.canonical(msgspec.to_builtins(_Reports(heartbeat.jobs)))
    with suppress(ConflictError):  # only one agent runs on a machine; its next heartbeat says it again
        await store.local_put(_REPORTS, heartbeat.node_id, body, "" if found is None else found.rev)


def node_after(before: Node | None, heartbeat: Heartbeat, now: str) -> Node:
    """What was reported, and the time of it where that is worth a write. A removed node stays as it is."""
    if before is None:
        return _new_node(heartbeat, now)
    if before.status == "disabled":
        return before
    status = _status(heartbeat)
    is_old = instant(now) - instant(before.last_heartbeat) >= BEAT_KEPT_S * _SECOND
    return structs.replace(
        before,
        platform=heartbeat.platform,
        version=heartbeat.version,
        vfs_capable=heartbeat.vfs_capable,
        vfs_backend=heartbeat.vfs_backend,
        capabilities=heartbeat.capabilities,
        watch_paths=tuple(dict.fromkeys((*heartbeat.watch_paths, *(before.added_paths or ())))),
        transfer=heartbeat.transfer,
        storage=heartbeat.storage,
        status=status,
        last_heartbeat=now if status != before.status or is_old else before.last_heartbeat,
    )


def filesystem_after(before: Filesystem, heartbeat: Heartbeat, now: str) -> Filesystem:
    """`last_seen` alone is worth a write once a day."""
    here = [place for place in before.availability if place.node_id == heartbeat.node_id]
    lies_on = [each.filesystem_id for each in heartbeat.storage if before.export_root in each.watch_paths_on_fs]
    at = Availability(node_id=heartbeat.node_id, local_mount_path=before.export_root, mount_type="local", last_seen=now)
    if here and not _is_old(here[0], now):
        at = structs.replace(at, last_seen=here[0].last_seen, unknown=here[0].unknown)
    others = tuple(place for place in before.availability if place.node_id != heartbeat.node_id)
    return structs.replace(
        before,
        storage_filesystem_id=lies_on[0] if lies_on else before.storage_filesystem_id,
        availability=(at, *others),
    )


def _is_old(place: Availability, now: str) -> bool:
    return instant(now) - instant(place.last_seen) >= PRESENCE_KEPT_S * _SECOND


def _status(heartbeat: Heartbeat) -> NodeStatus:
    if heartbeat.status == "offline":
        return "offline"
    return "online" if heartbeat.overall == "healthy" else "degraded"


def _new_node(heartbeat: Heartbeat, now: str) -> Node:
    return Node(
        node_id=heartbeat.node_id,
        friendly_name=heartbeat.name,
        platform=heartbeat.platform,
        version=heartbeat.version,
        status=_status(heartbeat),
        last_heartbeat=now,
        vfs_capable=heartbeat.vfs_capable,
        vfs_backend=heartbeat.vfs_backend,
        capabilities=heartbeat.capabilities,
        watch_paths=heartbeat.watch_paths,
        transfer=heartbeat.transfer,
        storage=heartbeat.storage,
    )


def _new_filesystem(node: Node, filesystem_id: str, path: str, now: str) -> Filesystem:
    folder = path.rpartition("/")[2] or "/"
    return Filesystem(
        filesystem_id=filesystem_id,
        friendly_name=f"{node.friendly_name} {folder}",
        owning_node_id=node.node_id,
        export_root=path,
        availability=(),
        created_at=now,
    )


def _new_id(node_id: str, path: str, taken: frozenset[str]) -> str:
    slugs = frozenset(each.partition("::")[2] for each in taken)
    return f"{node_id}::{filesystem_slug(path, taken=slugs)}"
