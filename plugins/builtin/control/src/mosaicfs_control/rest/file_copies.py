"""Every known copy of a file: which of them count, on how many disks and in how many places, and what could be read.

A copy counts that would be left if the others burned down: the file itself, on a node that is not given up. What a
cache holds, and other ways to the same disk, are shown and never counted. Nothing here opens a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mosaicfs.model.entry import Entry, entry_of
from mosaicfs.model.file import File
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.names import covers
from mosaicfs.model.node import Node
from mosaicfs_control.rest.copies import Reach, ShownCopy, reach_of
from mosaicfs_control.rest.other_readers import Reader
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import not_found
from mosaicfs_control.rest.routing import Call

_OTHER_WAYS = ("mount", "sync_dir")
_ALONE = "no other place, two are needed"
"""There is no kind of copy yet that could lie in another place and count."""

State = Literal["reachable", "offline", "disabled", "unreachable", "complete", "partial"]


class FileCopy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    kind: Annotated[Literal["source", "cache"], Meta(description="The file itself, or what this machine kept of it.")]
    node_id: str
    path: Annotated[str | None, Meta(description="Where it lies there.")] = None
    disk: Annotated[str | None, Meta(description="Id of its file system, or of its node where that is unknown.")] = None
    place: Annotated[str | None, Meta(description="What burns down together.")] = None
    state: Annotated[State, Meta(description="Of a cache `complete` or `partial`; else whether it can be read.")]
    reason: Annotated[str | None, Meta(description="Why it cannot be read now.")] = None
    cached_bytes: Annotated[int | None, Meta(description="How much of it is there.")] = None
    counts: Annotated[bool, Meta(description="Whether it would be left if all others were lost.")]
    verified_at: Annotated[str | None, Meta(description="When its bytes were looked at last.")] = None
    via: Annotated[list[ShownCopy] | None, Meta(description="Other ways of the reader to the same disk.")] = None


class Safety(Struct, frozen=True, kw_only=True):
    item: Annotated[int, Meta(description="Index of the copy.")]
    safe: Annotated[bool, Meta(description="Whether enough others would be left without it.")]
    reason: Annotated[str, Meta(description="Why not.")] = ""


class FileCopies(Struct, frozen=True, kw_only=True):
    file_id: str
    copies: Annotated[int, Meta(description="Different disks with a copy that counts.")]
    places: Annotated[int, Meta(description="Different places of copies that count.")]
    reachable: Annotated[int, Meta(description="How many of those could be read now.")]
    would_open: Annotated[int | None, Meta(description="Index of the copy that a read would use now.")]
    reason: Annotated[str | None, Meta(description="Why none would.")] = None
    items: list[FileCopy]
    safe_to_remove: Annotated[list[Safety], Meta(description="For each copy that counts.")]


async def file_copies(call: Call, file_id: str, reader: Reader | None) -> FileCopies:
    """`ApiError` 404 for what is no file. One that was deleted at its source has no copy."""
    file = noun_of(await call.store.get(file_id), File)
    if file is None:
        raise not_found(f"The file {file_id[:200]}")
    reach = await reach_of(call, file_id, reader)
    if file.status != "active":
        return _told(file_id, [], reach)
    entry = entry_of(file_id, file)
    owner = noun_of(await call.store.get(node_doc_id(entry.node_id)), Node)
    cached = _cached(call, entry) if reader is None else ()
    return _told(file_id, [_source(entry, owner, reach), *cached], reach)


def _told(file_id: str, items: Sequence[FileCopy], reach: Reach) -> FileCopies:
    counting = [item for item in items if item.counts]
    return FileCopies(
        file_id=file_id,
        copies=len({item.disk for item in counting}),
        places=len({item.place for item in counting}),
        reachable=sum(item.state == "reachable" for item in counting),
        would_open=_opened(items, reach),
        reason=reach.reason or None,
        items=list(items),
        safe_to_remove=[Safety(item=n, safe=False, reason=_ALONE) for n, item in enumerate(items) if item.counts],
    )


def _opened(items: Sequence[FileCopy], reach: Reach) -> int | None:
    if reach.serving is None:
        return None
    kind = "cache" if reach.serving.tier == "cache" else "source"
    return next((number for number, item in enumerate(items) if item.kind == kind), None)


def _source(entry: Entry, owner: Node | None, reach: Reach) -> FileCopy:
    ways = [copy for copy in reach.copies if copy.tier not in ("cache", "replica", "federation")]
    state, reason = _state(owner, ways)
    return FileCopy(
        kind="source",
        node_id=entry.node_id,
        path=entry.export_path,
        disk=_disk(entry, owner),
        place=entry.node_id,
        state=state,
        reason=reason,
        counts=owner is not None and owner.status != "disabled",
        via=[copy for copy in ways if copy.tier in _OTHER_WAYS] or None,
    )


def _state(owner: Node | None, ways: Sequence[ShownCopy]) -> tuple[State, str | None]:
    if any(way.reachable for way in ways):
        return "reachable", None
    if owner is None:
        return "unreachable", "no such node is known any more"
    if owner.status == "disabled":
        return "disabled", "the node is disabled"
    if owner.status == "offline":
        return "offline", f"node offline since {owner.last_heartbeat}"
    return "unreachable", next((way.reason for way in ways if way.reason), None)


def _disk(entry: Entry, owner: Node | None) -> str:
    storage = owner.storage if owner is not None and owner.storage is not None else ()
    found = [
        (len(path), each.filesystem_id)
        for each in storage
        for path in each.watch_paths_on_fs
        if covers(path, entry.export_path)
    ]
    return max(found)[1] if found else entry.node_id


def _cached(call: Call, entry: Entry) -> Iterator[FileCopy]:
    """Of this machine; nobody else tells."""
    is_own = entry.node_id == call.kernel.node_id and entry.backend is None
    cached = 0 if is_own else min(call.kernel.content.here(entry), entry.size)
    if cached:
        state: State = "complete" if cached == entry.size else "partial"
        yield FileCopy(kind="cache", node_id=call.kernel.node_id, state=state, cached_bytes=cached, counts=False)
