"""File systems of other nodes that a node has mounted: entered by a person, used to read without that node's help.

Nothing here looks at a path: whether the mount works is found out by the node that has it, when it reads.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from mosaicfs import Store, revise
from mosaicfs.model.document import Document
from mosaicfs.model.filesystem import Availability, Filesystem
from mosaicfs.model.ids import filesystem_doc_id, node_doc_id
from mosaicfs.model.names import covers, is_path
from mosaicfs.model.node import NetworkMount, Node
from mosaicfs.model.questions import FilesystemsOf
from mosaicfs.model.role import CONTROL
from mosaicfs.model.times import now_text
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.changing import change
from mosaicfs_control.rest.lists import Page, slice_of
from mosaicfs_control.rest.objects import object_of
from mosaicfs_control.rest.patching import patch_of
from mosaicfs_control.rest.reading import noun_of, nouns_of
from mosaicfs_control.rest.refusals import ApiError, invalid, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import list_tag, object_tag
from mosaicfs_control.routes.api.nodes import known_node

routes = Routes()

MOST_MOUNTS = 100

_Decide: TypeAlias = Callable[[tuple[NetworkMount, ...]], tuple[NetworkMount, ...]]

MountType = Literal["cifs", "nfs", "gdrive_local", "icloud_local", "onedrive_local", "other"]
Path = Annotated[str, Meta(min_length=1, max_length=4_096)]
Priority = Annotated[int, Meta(ge=-1_000, le=1_000)]


class NewMount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`local_mount_path` on this node shows `remote_base_export_path` of the other one."""

    remote_node_id: str
    remote_base_export_path: Path
    local_mount_path: Path
    mount_type: MountType
    priority: Priority = 0


class MountPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    remote_node_id: str | UnsetType = UNSET
    remote_base_export_path: Path | UnsetType = UNSET
    local_mount_path: Path | UnsetType = UNSET
    mount_type: MountType | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET


@routes.on("GET", "/api/nodes/{node_id}/mounts", Page, answer=NetworkMount, errors=("not_found",), from_replica=True)
async def mounts(call: Call, query: Page) -> Ready:
    """List file systems of other nodes that this node has mounted."""
    tag = await list_tag(call)
    _, node = await known_node(call)
    return slice_of([msgspec.json.encode(mount) for mount in node.network_mounts or ()], query, tag)


@routes.on(
    "POST",
    "/api/nodes/{node_id}/mounts",
    body=NewMount,
    answer=NetworkMount,
    errors=("not_found", "conflict", "precondition_failed"),
    status=201,
)
async def add_mount(call: Call, query: NoQuery) -> Ready:
    """Say that a file system of another node is mounted on this one."""
    asked = await call.body(NewMount)
    await known_node(call)
    mount = await _checked(call, NetworkMount(mount_id=secrets.token_hex(4), **structs.asdict(asked)))

    def added(before: tuple[NetworkMount, ...]) -> tuple[NetworkMount, ...]:
        if len(before) >= MOST_MOUNTS:
            raise ApiError("conflict", f"A node has at most {MOST_MOUNTS} mounts.", {"reason": "too_many"})
        if any(_place(one) == _place(mount) for one in before):
            raise ApiError("conflict", f"{mount.local_mount_path} shows that already.", {"reason": "exists"})
        return (*before, mount)

    document = await _changed(call, added)
    location = f"/api/nodes/{call.path['node_id']}/mounts/{mount.mount_id}"
    return json_answer(mount, 201, {"location": location, "etag": _tag(document, mount)})


@routes.on(
    "PATCH",
    "/api/nodes/{node_id}/mounts/{mount_id}",
    body=MountPatch,
    answer=NetworkMount,
    errors=("not_found", "precondition_failed"),
)
async def change_mount(call: Call, query: NoQuery) -> Ready:
    """Correct what is said of a mount."""
    patch = await patch_of(call, MountPatch)
    _, node = await known_node(call)
    mount = await _checked(call, structs.replace(_mount(call, node.network_mounts or ()), **patch))

    def replaced(before: tuple[NetworkMount, ...]) -> tuple[NetworkMount, ...]:
        _mount(call, before)
        return tuple(mount if one.mount_id == mount.mount_id else one for one in before)

    document = await _changed(call, replaced)
    return json_answer(mount, headers={"etag": _tag(document, mount)})


@routes.on("DELETE", "/api/nodes/{node_id}/mounts/{mount_id}", errors=("not_found", "precondition_failed"))
async def remove_mount(call: Call, query: NoQuery) -> Ready:
    """Say that it is mounted no more."""

    def removed(before: tuple[NetworkMount, ...]) -> tuple[NetworkMount, ...]:
        gone = _mount(call, before)
        return tuple(one for one in before if one != gone)

    await _changed(call, removed)
    return Ready(status=204)


async def _changed(call: Call, decide: _Decide) -> Document:
    doc_id = node_doc_id(call.path["node_id"])

    def with_mounts(node: Node | None) -> Node:
        if node is None:
            raise not_found(f"The node {call.path['node_id'][:100]}")
        return structs.replace(node, network_mounts=decide(node.network_mounts or ()) or None)

    _, before = await known_node(call)
    document = await change(call, doc_id, Node, with_mounts, lambda found: object_of(found, {}))
    after = noun_of(document, Node)
    assert after is not None
    owners = {one.remote_node_id for node in (before, after) for one in node.network_mounts or ()}
    for owner in sorted(owners):
        await _tell_filesystems(call.store, owner, after)
    return document


async def _checked(call: Call, mount: NetworkMount) -> NetworkMount:
    """With the file system that it shows, where that is known; `ApiError` 422 that names what cannot be."""
    for field in ("remote_base_export_path", "local_mount_path"):
        if not is_path(getattr(mount, field)):
            raise invalid(field, "must be absolute, without empty, . or .. parts")
    if mount.remote_node_id == call.path["node_id"]:
        raise invalid("remote_node_id", "is this node itself")
    if noun_of(await call.store.get(node_doc_id(mount.remote_node_id[:200])), Node) is None:
        raise invalid("remote_node_id", "is no node of this instance")
    found = [noun for _, noun in await nouns_of(call.store, FilesystemsOf(mount.remote_node_id), Filesystem)]
    covering = [each for each in found if covers(each.export_root, mount.remote_base_export_path)]
    nearest = max(covering, key=lambda each: len(each.export_root), default=None)
    return structs.replace(mount, filesystem_id=None if nearest is None else nearest.filesystem_id)


async def _tell_filesystems(store: Store, owner: str, node: Node) -> None:
    """The exported roots of `owner` say where `node` has them."""
    for _, filesystem in await nouns_of(store, FilesystemsOf(owner), Filesystem):
        await revise(
            store,
            filesystem_doc_id(filesystem.filesystem_id),
            CONTROL,
            Filesystem,
            lambda before: None if before is None else available_at(before, node, now_text()),
        )


def available_at(filesystem: Filesystem, node: Node, now: str) -> Filesystem:
    """With the place where `node` has it, or without one. A place that stays keeps its time."""
    others = tuple(place for place in filesystem.availability if place.node_id != node.node_id)
    known = next((place for place in filesystem.availability if place.node_id == node.node_id), None)
    fitting = [
        mount
        for mount in node.network_mounts or ()
        if mount.remote_node_id == filesystem.owning_node_id
        and covers(mount.remote_base_export_path, filesystem.export_root)
    ]
    if not fitting:
        return structs.replace(filesystem, availability=others)
    best = min(fitting, key=lambda mount: (-mount.priority, -len(mount.remote_base_export_path), mount.mount_id))
    rest = filesystem.export_root[len(best.remote_base_export_path.rstrip("/")) :]
    path = best.local_mount_path.rstrip("/") + rest or "/"
    place = Availability(node_id=node.node_id, local_mount_path=path, mount_type=best.mount_type, last_seen=now)
    if known is not None and (known.local_mount_path, known.mount_type) == (path, best.mount_type):
        place = known
    return structs.replace(filesystem, availability=(*others, place))


def _mount(call: Call, mounts: tuple[NetworkMount, ...]) -> NetworkMount:
    found = next((mount for mount in mounts if mount.mount_id == call.path["mount_id"]), None)
    if found is None:
        raise not_found(f"The mount {call.path['mount_id'][:100]}")
    return found


def _place(mount: NetworkMount) -> tuple[str, str, str]:
    return mount.remote_node_id, mount.remote_base_export_path, mount.local_mount_path


def _tag(document: Document, mount: NetworkMount) -> str:
    return object_tag(document.rev, msgspec.json.encode(mount))
