"""How another node would reach a file, as far as the documents tell; what lies in its cache only that node knows.

The ways and their order are those that the tiers of that node would offer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mosaicfs import Store
from mosaicfs.model.content import Way
from mosaicfs.model.declared import Declared, declared_at, in_order
from mosaicfs.model.entry import Entry
from mosaicfs.model.filesystem import Filesystem
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.node import Node
from mosaicfs.model.questions import FilesystemsAt
from mosaicfs_control.rest.availability import LAST_RESORT
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call

LOCAL, MOUNT, SYNC_DIR, PEER, MATERIALIZE = 100, 300, 400, 600, 900
"""What the tiers of these names cost."""


class Reader(NamedTuple):
    """A node, with its folders that show files of others."""

    node_id: str
    folders: Sequence[Declared]


async def other_reader(call: Call, node_id: str | None) -> Reader | None:
    """None where it is this machine that would read. `ApiError` 422 for one that reads nothing here."""
    if node_id in {None, call.kernel.node_id}:
        return None
    return await _reader_of(call.store, node_id or "")


async def _reader_of(store: Store, node_id: str) -> Reader:
    node = noun_of(await store.get(node_doc_id(node_id)), Node)
    if node is None or node.role == "peer":
        raise invalid("from", f"{node_id[:100]} is no node of this instance")
    answer = await store.ask(FilesystemsAt(node_id))
    filesystems = [noun_of(document, Filesystem) for document in answer.documents]
    return Reader(node_id, declared_at(node_id, node, filesystems))


def ways_from(reader: Reader, entry: Entry, owner: Node | None) -> list[Way]:
    """In the order in which that node would try them."""
    ways = [*_own(reader, entry), *_shown(reader, entry), *_owners(reader, entry, owner)]
    return sorted(ways, key=lambda way: (way.cost, way.tier))


def _own(reader: Reader, entry: Entry) -> Iterator[Way]:
    if entry.node_id == reader.node_id and entry.backend is None:
        yield Way(tier="local", cost=LOCAL, network=False, reason="it is a file of that node")
    elif entry.node_id == reader.node_id:
        yield Way(tier="materialize", cost=MATERIALIZE, network=True, reason=f"that node hosts {entry.backend}")


def _shown(reader: Reader, entry: Entry) -> Iterator[Way]:
    """The first folder of each of the two kinds; a file of the node itself is no matter of theirs."""
    if entry.node_id == reader.node_id and entry.backend is None:
        return
    path, owner = entry.export_path, entry.node_id
    covering = in_order(each for each in reader.folders if each.owner == owner and each.below(path))
    mounted = next((each for each in covering if not each.is_synced), None)
    if mounted is not None:
        said, where = f"it is mounted at {mounted.local_path}", "" if mounted.is_near else owner
        yield Way(tier="mount", cost=MOUNT, network=not mounted.is_near, reason=said, where=where)
    synced = next((each for each in covering if each.is_synced), None)
    if synced is not None:
        yield Way(tier="sync_dir", cost=SYNC_DIR, network=False, reason=f"{synced.local_path} shows it")


def _owners(reader: Reader, entry: Entry, owner: Node | None) -> Iterator[Way]:
    if owner is None or owner.node_id == reader.node_id or owner.status == "disabled" or owner.role == "peer":
        return
    if owner.transfer is not None and owner.transfer.protocol == "https" and owner.transfer.endpoint:
        cost = LAST_RESORT if owner.status == "offline" else PEER
        said = f"{owner.friendly_name} has it"
        yield Way(tier="peer", cost=cost, network=True, reason=said, where=owner.node_id)
