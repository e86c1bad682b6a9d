"""The directories that a new instance begins with, made once and never again: whoever deletes one has deleted it.

That there ever was a root, even a deleted one, says that it was done. The root is written last, so what was cut short
is gone on with.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from time import time

from msgspec import structs

from mosaicfs import wire
from mosaicfs.model.configuration import Settings
from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.ids import ROOT_ID, Randomness, directory_id
from mosaicfs.model.inodes import new_inode
from mosaicfs.model.node import Node
from mosaicfs.model.questions import NodesByStatus
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock, now_text
from mosaicfs.services.directory_documents import Found, put_all
from mosaicfs.services.directory_edits import with_ids
from mosaicfs.services.new_directories import (
    NODES,
    default_mounts,
    empty_directory,
    free_name,
    root_directory,
    whole_node,
)


async def plant_tree(
    store: Store,
    settings: Settings,
    node_id: str,
    *,
    defaults: bool = True,
    again: bool = False,
    clock: Clock = time,
    randomness: Randomness = secrets.randbits,
) -> None:
    """Unless it was done before. `node_id` is this machine's, whose document may be still to come.

    `again`: all directories were taken away at once, and it begins as at first.
    """
    if not again and await store.get(ROOT_ID) is not None:
        return
    now = now_text(clock)
    names = {node_id: settings.agent.name or socket.gethostname(), **await _names_of_nodes(store)}
    wanted = list(_default_tree(names, now, randomness)) if defaults else []
    found = [Found(directory_id(each.virtual_path), "", each) for each in (*wanted, root_directory(now))]
    known = await store.get_many([each.doc_id for each in found])
    # Of two processes that begin at once, the second finds that all is there.
    missing = [each for each, there in zip(found, known, strict=True) if there is None or (again and there.deleted)]
    await put_all(store, missing)


async def _names_of_nodes(store: Store) -> dict[str, str]:
    """Those that joined before there was a tree."""
    answer = await store.ask(NodesByStatus())
    nodes = [wire.decode(each.id, each.body) for each in answer.documents]
    return {
        each.node_id: each.friendly_name
        for each in nodes
        if isinstance(each, Node) and each.status != "disabled" and each.role != "peer"
    }


def _default_tree(names: dict[str, str], now: str, randomness: Randomness) -> Iterator[VirtualDirectory]:
    for path, mounts in default_mounts().items():
        made = empty_directory(path, new_inode(randomness), now)
        yield structs.replace(made, mounts=with_ids(mounts, (), randomness))
    taken = set[str]()
    for node_id, name in names.items():
        free = free_name(name or node_id, taken)
        taken.add(free)
        made = empty_directory(f"{NODES}/{free}", new_inode(randomness), now)
        yield structs.replace(made, mounts=with_ids([whole_node(node_id)], (), randomness))
