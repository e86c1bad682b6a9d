"""Documents of an instance in which `node-here` has folders that show files of `node-far`."""

from __future__ import annotations

from pathlib import Path

from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.filesystem import Availability, Filesystem
from mosaicfs.model.ids import filesystem_doc_id, node_doc_id
from mosaicfs.model.node import NetworkMount, Node
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs.model.tier import Handle, Tier
from mosaicfs.model.times import mtime_text

HERE, FAR = "node-here", "node-far"
AT = "2026-01-15T14:30:00Z"
FILE_ID = "file::0195c1de-0000-7000-8000-000000000001"


def mounted(
    local: Path | str, base: str = "/srv", *, kind: str = "nfs", priority: int = 0, name: str = "a", owner: str = FAR
) -> NetworkMount:
    return NetworkMount(
        mount_id=name,
        remote_node_id=owner,
        remote_base_export_path=base,
        local_mount_path=str(local),
        mount_type=kind,
        priority=priority,
    )


async def declare(store: Store, *mounts: NetworkMount) -> None:
    node = Node(
        node_id=HERE,
        friendly_name="Here",
        platform="linux",
        version="1",
        status="online",
        last_heartbeat=AT,
        vfs_capable=True,
        capabilities=(),
        watch_paths=(),
        network_mounts=mounts,
    )
    await put(store, node_doc_id(HERE), wire.encode(node))


async def declare_filesystem(
    store: Store, root: str, local: Path | str, kind: str = "nfs", *, owner: str = FAR
) -> None:
    filesystem = Filesystem(
        filesystem_id=f"{owner}::srv",
        friendly_name="Media",
        owning_node_id=owner,
        export_root=root,
        availability=(Availability(node_id=HERE, local_mount_path=str(local), mount_type=kind, last_seen=AT),),
        created_at=AT,
    )
    await put(store, filesystem_doc_id(filesystem.filesystem_id), wire.encode(filesystem))


async def put(store: Store, doc_id: str, body: bytes) -> None:
    before = await store.get(doc_id)
    (written,) = await store.write([Document(doc_id, before.rev if before else "", body)], writer=CONTROL)
    assert not written.error, written


def entry_at(path: str, shown: Path | None = None, *, size: int = 0, node_id: str = FAR) -> Entry:
    """A file of the other node; `shown` is where it can be seen here."""
    mtime = mtime_text(0)
    if shown is not None:
        found = shown.stat()
        size, mtime = found.st_size, mtime_text(found.st_mtime_ns)
    name = path.rpartition("/")[2]
    return Entry(file_id=FILE_ID, node_id=node_id, export_path=path, name=name, size=size, mtime=mtime)


def file_document(entry: Entry) -> bytes:
    parent = entry.export_path.rpartition("/")[0]
    source = FileSource(node_id=entry.node_id, export_path=entry.export_path, export_parent=parent)
    return wire.encode(
        File(inode=1000, name=entry.name, source=source, size=entry.size, mtime=entry.mtime, status="active")
    )


async def opened(tier: Tier, entry: Entry) -> Handle:
    offer = await tier.offer(entry)
    assert offer is not None
    return await tier.open(entry, offer)


async def read_all(tier: Tier, entry: Entry) -> bytes:
    handle = await opened(tier, entry)
    try:
        return await handle.read(0, handle.size)
    finally:
        await handle.close()
