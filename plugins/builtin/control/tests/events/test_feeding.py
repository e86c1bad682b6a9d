"""The feed of a real store, told as events over restarts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mosaicfs import wire
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.document import Document
from mosaicfs.model.json import JsonObject
from mosaicfs.model.role import UPSTREAM
from mosaicfs.model.store import Store
from mosaicfs_control.events.events import Events, open_events
from mosaicfs_control.events.feeding import Feeder
from plugins.builtin.control.tests.api.seeds import file, file_id, node


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    (tmp_path / "bell").mkdir(mode=0o700)
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as opened:
        yield opened


async def put(store: Store, doc_id: str, body: JsonObject, *path: str) -> None:
    document = Document(doc_id, f"{len(path)}-{path[0]}", wire.canonical(body), path=path)
    rows = await store.write([document], writer=UPSTREAM, new_edits=False)
    assert not [row for row in rows if row.error]


async def told(events: Events, since: int = 0) -> list[str]:
    await events.write_due()
    seen = await events.read(since, (), None, 100)
    return [event.type for event in seen.events if event.type != "activity"]


async def test_what_was_there_before_the_first_start_is_not_told(store: Store, tmp_path: Path) -> None:
    await put(store, "node::node-nas", node("node-nas"), "a" * 32)
    async with open_events(tmp_path) as events:
        feeder = Feeder(store, events)
        await feeder.begin()
        await feeder.tell()
        assert await told(events) == []
        await put(store, file_id(1), file("/a/b"), "b" * 32)
        await feeder.tell()
        assert await told(events) == ["files.changed"]


async def test_what_changes_while_the_server_is_down_is_told_when_it_is_back(store: Store, tmp_path: Path) -> None:
    async with open_events(tmp_path) as events:
        feeder = Feeder(store, events)
        await feeder.begin()
        await feeder.tell()
    await put(store, file_id(1), file("/a/b"), "b" * 32)
    async with open_events(tmp_path) as events:
        feeder = Feeder(store, events)
        await feeder.begin()
        await feeder.tell()
        assert await told(events) == ["files.changed"]


async def test_of_another_store_nothing_is_told_from_its_beginning(store: Store, tmp_path: Path) -> None:
    await put(store, file_id(1), file("/a/b"), "b" * 32)
    async with open_events(tmp_path) as events:
        events.publish_all([], "another-1 0")
        await events.write_due()
        feeder = Feeder(store, events)
        await feeder.begin()
        await feeder.tell()
        assert await told(events) == []


async def test_two_versions_of_a_document_are_told_as_a_conflict(store: Store, tmp_path: Path) -> None:
    async with open_events(tmp_path) as events:
        feeder = Feeder(store, events)
        await feeder.begin()
        await put(store, "node::node-nas", node("node-nas"), "a" * 32)
        await put(store, "node::node-nas", node("node-nas", friendly_name="Attic"), "b" * 32)
        await feeder.tell()
        assert await told(events) == ["node.changed", "conflict.found"]
        (found,) = (await events.read(0, ("conflict.found",), None, 10)).events
        assert (found.data["id"], found.data["versions"]) == ("node::node-nas", 2)
