"""The op `node`: files of certain nodes."""

from __future__ import annotations

from mosaicfs.model.filing import FileRow
from mosaicfs.model.names import is_node_id
from mosaicfs.tree.steps.op import Asked, Op
from mosaicfs.tree.steps.parameters import Parameters


class Node(Op):
    def __init__(self, node_ids: frozenset[str]) -> None:
        self._node_ids = node_ids

    def matches(self, row: FileRow, asked: Asked) -> bool:
        return row.node_id in self._node_ids


def read(parameters: Parameters) -> Node:
    return Node(parameters.texts("node_ids", is_node_id, "the id of a node, such as node-laptop"))
