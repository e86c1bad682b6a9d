"""Files by their places, asked of the store as the tree asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

from mosaicfs import Store, wire
from mosaicfs.errors import MalformedDocumentError, UnsupportedError
from mosaicfs.model.federated_import import FederatedImport
from mosaicfs.model.filing import Filed, Filing
from mosaicfs.model.node import Node

T = TypeVar("T")


async def filed(store: Store, work: Callable[[Filing], T]) -> T:
    if not isinstance(store, Filed):
        raise UnsupportedError("Asking where files lie")
    return await store.filed(work)


def own_nodes(filing: Filing) -> list[str]:
    """Nodes that have files and are no peers: those that `*` means."""
    nodes = {noun.node_id: noun for noun in _nouns(filing, "node") if isinstance(noun, Node)}
    imported = {
        noun.peer_instance_id for noun in _nouns(filing, "federated_import") if isinstance(noun, FederatedImport)
    }
    peers = {name for name, node in nodes.items() if node.role == "peer"} | (imported - nodes.keys())
    return [node_id for node_id in filing.nodes() if node_id not in peers]


def _nouns(filing: Filing, kind: str) -> Iterator[object]:
    for _, document in filing.documents(kind):
        with suppress(MalformedDocumentError):
            yield wire.decode(document.id, document.body)
