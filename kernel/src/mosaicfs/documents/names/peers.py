"""Which nodes are peers: rules for every node of this instance give their files nothing.

A node that is known says it itself; another one is a peer where something of it is imported.
"""

from __future__ import annotations

from typing import Final

from mosaicfs.model.federated_import import FederatedImport
from mosaicfs.model.ids import PREFIXES, node_doc_id
from mosaicfs.model.node import Node

NODE: Final = node_doc_id("")
IMPORT: Final = next(f"{prefix}::" for prefix, kind in PREFIXES.items() if kind == "federated_import")


class Peers:
    def __init__(self) -> None:
        self._nodes: dict[str, bool] = {}
        self._imports: dict[str, str] = {}

    def take(self, doc_id: str, noun: object) -> bool:
        """Of a node or an import as it is now; None where it is gone. Whether anybody's standing may differ."""
        before = (self._nodes.copy(), self._imports.copy())
        self._nodes.pop(doc_id, None)
        self._imports.pop(doc_id, None)
        if isinstance(noun, Node):
            self._nodes[doc_id] = noun.role == "peer"
        elif isinstance(noun, FederatedImport):
            self._imports[doc_id] = noun.peer_instance_id
        return before != (self._nodes, self._imports)

    def __contains__(self, node_id: object) -> bool:
        known = self._nodes.get(f"{NODE}{node_id}")
        return node_id in self._imports.values() if known is None else known
