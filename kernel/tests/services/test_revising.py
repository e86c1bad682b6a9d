"""Changing a document that others change too."""

import pytest
from msgspec import structs

from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.ids import node_doc_id, status_id
from mosaicfs.model.node import Node
from mosaicfs.model.notification import Notification
from mosaicfs.model.role import CONTROL, node_role
from mosaicfs.model.store import Store
from mosaicfs.services.revising import WriteRefusedError, revise

ID = node_doc_id("node-attic")
NODE = Node(
    node_id="node-attic",
    friendly_name="Attic",
    platform="linux",
    version="1",
    status="online",
    last_heartbeat="2040-01-02T09:20:00Z",
    vfs_capable=False,
    capabilities=(),
    watch_paths=(),
)


async def test_it_is_made_changed_and_left_alone(real_store: Store) -> None:
    assert await revise(real_store, ID, CONTROL, Node, lambda before: before or NODE) == NODE
    changed = await revise(
        real_store, ID, CONTROL, Node, lambda before: before and structs.replace(before, version="2")
    )
    assert changed
    assert changed.version == "2"
    assert await revise(real_store, ID, CONTROL, Node, lambda before: None) == changed
    found = await real_store.get(ID)
    assert found
    assert found.rev.startswith("2-")


async def test_who_was_slower_decides_anew(store: Store) -> None:
    """Two at once, each of which adds one capability: none is lost."""
    await revise(store, ID, CONTROL, Node, lambda before: NODE)
    stale = await store.get(ID)
    assert stale
    seen: list[tuple[str, ...]] = []

    def add(before: Node | None) -> Node:
        assert before
        seen.append(before.capabilities)
        return structs.replace(before, capabilities=(*before.capabilities, "search"))

    class Meddling:
        """Somebody else writes between the first look and the first write."""

        def __init__(self) -> None:
            self.done = False

        async def get(self, doc_id: str) -> Document | None:
            found = await store.get(doc_id)
            if not self.done and found:
                self.done = True
                other = structs.replace(NODE, capabilities=("dashboard_widget",))
                await store.write([Document(doc_id, found.rev, wire.encode(other))], writer=CONTROL)
            return found

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

    after = await revise(Meddling(), ID, CONTROL, Node, add)  # type: ignore[arg-type]  # it hands on the rest
    assert seen == [(), ("dashboard_widget",)]
    assert after
    assert after.capabilities == ("dashboard_widget", "search")


async def test_what_may_not_be_written_is_told(store: Store) -> None:
    with pytest.raises(WriteRefusedError, match="only the control plane writes documents of type node"):
        await revise(store, ID, node_role("node-attic"), Node, lambda before: NODE)


async def test_another_kind_of_document_counts_as_absent(store: Store) -> None:
    await revise(store, ID, CONTROL, Node, lambda before: NODE)
    assert await revise(store, ID, CONTROL, Notification, lambda before: None) is None
    assert await revise(store, status_id("node-attic"), CONTROL, Node, lambda before: None) is None


async def test_a_deleted_document_is_made_anew(store: Store) -> None:
    await revise(store, ID, CONTROL, Node, lambda before: NODE)
    found = await store.get(ID)
    assert found
    await store.write([Document(ID, found.rev, b"{}", deleted=True)], writer=CONTROL)
    assert await revise(store, ID, CONTROL, Node, lambda before: before or NODE) == NODE
