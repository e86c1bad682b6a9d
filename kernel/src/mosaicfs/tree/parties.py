"""Who else is there: nodes and what they are called, peers, and the exports of peers that are imported here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.document import Document
from mosaicfs.model.federated_import import FederatedImport
from mosaicfs.model.filing import Changed, Filing
from mosaicfs.model.ids import tail_of
from mosaicfs.model.node import Node

_KINDS: Final = ("node", "federated_import")


class Parties:
    """An import shows files of the node that has the id of the peer's instance."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self.imports: dict[str, FederatedImport] = {}
        """By UUID, those that are disabled too."""

    def load(self, filing: Filing) -> None:
        """Into one that knows nothing yet."""
        for kind in _KINDS:
            for _, document in filing.documents(kind):
                self._take(document)

    def apply(self, changed: Iterable[Changed]) -> bool:
        """Whether a source may mean something else now. Heartbeats are no reason."""
        before = (self.imports.copy(), self._called())
        for each in changed:
            if each.kind in _KINDS:
                self._take(each.document)
        return before != (self.imports, self._called())

    def is_peer(self, node_id: str) -> bool:
        node = self._nodes.get(node_id)
        if node is not None:
            return node.role == "peer"
        return any(each.peer_instance_id == node_id for each in self.imports.values())

    def meant(self, name: str) -> tuple[str, ...]:
        """Nodes of this id, else of this friendly name, else what was asked for: nobody has it."""
        if name in self._nodes:
            return (name,)
        called = sorted(node_id for node_id, node in self._nodes.items() if node.friendly_name == name)
        return tuple(called) or (name,)

    def _called(self) -> dict[str, tuple[str, bool]]:
        return {node_id: (node.friendly_name, node.role == "peer") for node_id, node in self._nodes.items()}

    def _take(self, document: Document) -> None:
        kind, name = document.id.partition("::")[0], tail_of(document.id)
        known: dict[str, Any] = self._nodes if kind == "node" else self.imports
        known.pop(name, None)
        noun = read(document)
        if isinstance(noun, Node | FederatedImport):
            known[name] = noun


def read(document: Document) -> object:
    """The noun; None for a tombstone and for what cannot be read."""
    if document.deleted:
        return None
    if document.noun is not None:
        return document.noun
    try:
        return wire.decode(document.id, document.body)
    except MalformedDocumentError:
        return None
