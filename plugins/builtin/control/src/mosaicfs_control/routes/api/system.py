"""What this instance is made of, what was done in it, and looking through all files anew."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

import mosaicfs
from mosaicfs.model.json import JsonObject
from mosaicfs.model.names import is_path
from mosaicfs.model.node import Node
from mosaicfs.model.questions import NodesByStatus
from mosaicfs.model.times import BadTimeError, instant
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.jobs.following import follow
from mosaicfs_control.jobs.job import Job
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.instance_name import instance_name
from mosaicfs_control.rest.reading import nouns_of
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.starting import ask_node, job_of_node, require_enabled, start

routes = Routes()


class StoreFacts(Struct, frozen=True):
    driver: str
    bytes: int
    update_seq: str


class SearchIndex(Struct, frozen=True):
    state: str
    documents: int


class SystemInfo(Struct, frozen=True):
    """`database_id` changes when the database is restored; `setup_date` is when its control plane first started."""

    instance_id: str
    database_id: str
    name: str
    version: str
    setup_date: str
    node_count: int
    file_count: int
    directory_count: int
    rule_count: int
    store: StoreFacts
    search_index: SearchIndex
    developer_mode: bool


class Reindex(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without `node_ids` all nodes that are not disabled. `path` is a watched folder, or one below it."""

    node_ids: Annotated[tuple[str, ...], Meta(max_length=1_000)] | None = None
    path: Annotated[str, Meta(max_length=4_096)] | None = None
    rebuild_derived: bool = False


class AuditQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    since: Annotated[str | None, Meta(description="Only what was done at this time (RFC 3339) or later.")] = None
    event: Annotated[str | None, Meta(description="Only events of this name.")] = None
    principal: Annotated[str | None, Meta(description="Only what this one did.")] = None
    limit: Annotated[int, Meta(ge=1, le=500, description="Most entries.")] = 100


class AuditEntry(Struct, frozen=True, kw_only=True):
    """`result` is `ok`, or why it was refused. `count` in `detail` stands for repeats within a minute."""

    time: str
    event: str
    principal: str = ""
    source: str = ""
    target: str = ""
    result: str = ""
    request_id: str = ""
    detail: dict[str, Any] = {}


class AuditEntries(Struct, frozen=True):
    items: list[AuditEntry]


@routes.on("POST", "/api/system/reindex", body=Reindex, answer=Job, errors=("conflict",))
async def reindex(call: Call, query: NoQuery) -> Ready:
    """Let nodes look through their files anew. A node that is offline does it when it is back."""
    asked = await call.body(Reindex) if (await call.incoming.raw()).strip() else Reindex()
    if asked.path is not None and not is_path(asked.path):
        raise invalid("path", "must be absolute, without empty, . or .. parts")
    nodes = await _nodes(call, asked.node_ids)
    args: JsonObject = {
        "rebuild_derived": asked.rebuild_derived,
        **({} if asked.path is None else {"path": asked.path}),
    }
    if len(nodes) == 1:
        return await ask_node(call, nodes[0], "reindex", args)
    for node in nodes:
        require_enabled(node)
    parts = [(await job_of_node(call, node, "reindex", args)).job_id for node in nodes]
    request: JsonObject = {**args, "node_ids": [node.node_id for node in nodes], "job_ids": parts}
    return await start(call, "reindex", request, follow(call.instance.jobs))


@routes.on("GET", "/api/system/audit", AuditQuery, answer=AuditEntries, access="full")
async def audit(call: Call, query: AuditQuery) -> Ready:
    """List what was proven, refused, given and taken away, newest first."""
    try:
        if query.since is not None:
            instant(query.since)
    except BadTimeError as cause:
        raise invalid("since", str(cause)) from None
    found = await call.instance.auth.audit.read(query.since, query.event, query.principal, query.limit)
    return json_answer(AuditEntries(msgspec.convert(found, list[AuditEntry], strict=False)))


async def _nodes(call: Call, node_ids: tuple[str, ...] | None) -> list[Node]:
    """Those that are named, in that order and each once, or all that take part."""
    known = {node.node_id: node for _, node in await nouns_of(call.store, NodesByStatus(), Node)}
    if node_ids is None:
        return [node for node in known.values() if node.status != "disabled"]
    if strangers := [node_id for node_id in node_ids if node_id not in known]:
        raise invalid("node_ids", f"{strangers[0][:100]} is no node of this instance")
    return [known[node_id] for node_id in dict.fromkeys(node_ids)]


@routes.on("GET", "/api/system/info", answer=SystemInfo)
async def system_info(call: Call, query: NoQuery) -> Ready:
    """Count what this instance holds. `file_count` is of active files."""
    info, counts = await call.store.info(), await call.store.counts()

    def count(kind: str) -> int:
        return sum(number for (counted, _), number in counts.items() if counted == kind)

    files = counts.get(("file", "active"), 0)
    return json_answer(
        SystemInfo(
            instance_id=call.instance.auth.instance_id,
            database_id=info.database_id,
            name=await instance_name(call.store),
            version=mosaicfs.__version__,
            setup_date=call.instance.since,
            node_count=count("node"),
            file_count=files,
            directory_count=count("virtual_directory"),
            rule_count=count("label_rule"),
            store=StoreFacts(call.kernel.settings.store.driver, info.file_bytes, info.update_seq),
            search_index=SearchIndex("ready", files),
            developer_mode=call.kernel.settings.developer_mode,
        )
    )
