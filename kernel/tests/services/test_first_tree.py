"""The directories that a new instance begins with: made with it, once, and never again."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from mosaicfs import configure, found_instance, wire
from mosaicfs.app import open_store, own_documents
from mosaicfs.config import Configured
from mosaicfs.documents import sqlite
from mosaicfs.model.configuration import AgentSettings, Settings
from mosaicfs.model.document import Document
from mosaicfs.model.ids import directory_id, node_doc_id
from mosaicfs.model.node import Node
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs.model.tree import DirectoryChange
from mosaicfs.services.directories import LocalDirectories
from mosaicfs.services.directory_documents import read_directories
from mosaicfs.services.first_tree import plant_tree
from mosaicfs.services.new_directories import is_untouched

ATTIC = Settings(agent=AgentSettings(name="Attic"))
DEFAULTS = ["/documents", "/music", "/nodes", "/nodes/Attic", "/pictures", "/recent", "/videos"]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with sqlite.open_store(tmp_path / "mosaicfs.db", tmp_path) as opened:
        yield opened


async def paths(store: Store) -> list[str]:
    return [each.path for each in (await read_directories(store)).subtree("/")]


async def body(store: Store, path: str) -> dict[str, Any]:
    found = await store.get(directory_id(path))
    assert found is not None
    return msgspec.json.decode(found.body, type=dict[str, Any])


def node(node_id: str, name: str, **members: Any) -> Document:
    noun = Node(
        node_id=node_id,
        friendly_name=name,
        platform="linux",
        version="1",
        last_heartbeat="2026-01-15T14:30:00Z",
        vfs_capable=False,
        capabilities=(),
        watch_paths=(),
        **{"status": "offline", **members},
    )
    return Document(node_doc_id(node_id), "", wire.encode(noun))


async def test_a_new_instance_begins_with_directories_by_kind_of_file(store: Store) -> None:
    await plant_tree(store, ATTIC, "node-attic")
    assert await paths(store) == ["/", *DEFAULTS]
    pictures = (await body(store, "/pictures"))["mounts"]
    exclude = {"op": "glob", "on_match": "exclude"}
    assert pictures == [
        {
            "mount_id": pictures[0]["mount_id"],
            "source": {"node_id": "*", "export_path": "/"},
            "strategy": "prefix_replace",
            "steps": [
                {"op": "mime", "on_match": "continue", "types": ["image/*"]},
                {**exclude, "pattern": "**/.*/**"},
                {**exclude, "pattern": "**/{node_modules,__pycache__}/**"},
            ],
            "default_result": "include",
            "conflict_policy": "suffix_node_id",
        }
    ]
    recent = (await body(store, "/recent"))["mounts"][0]
    assert (recent["strategy"], recent["steps"][0]) == (
        "flatten",
        {"op": "age", "on_match": "continue", "max_days": 30},
    )
    assert (await body(store, "/documents"))["mounts"][0]["steps"][0]["types"][-1] == "text/*"


async def test_the_root_is_the_systems_and_the_others_are_ordinary(store: Store) -> None:
    await plant_tree(store, ATTIC, "node-attic")
    root = await body(store, "/")
    assert (root["inode"], root["system"], root["name"], "parent_path" in root) == (1, True, "", False)
    found = (await read_directories(store)).subtree("/")[1:]
    assert not [each for each in found if each.document.system]
    assert len({each.document.inode for each in found} | {1}) == 1 + len(DEFAULTS)


async def test_each_known_node_is_shown_under_a_name_of_its_own(store: Store) -> None:
    others = [
        *(node("node-b", "Attic"), node("node-c", "a/b"), node("node-attic", "Attic")),
        *(node("node-gone", "Gone", status="disabled"), node("node-peer", "Peer", role="peer")),
    ]
    await store.write(others, writer=CONTROL)
    await plant_tree(store, ATTIC, "node-attic")
    shown = (await read_directories(store)).subtree("/nodes")[1:]
    assert {each.document.name: each.document.mounts[0].source.node_id for each in shown} == {
        "Attic": "node-attic",
        "Attic 2": "node-b",
        "a_b": "node-c",
    }


async def test_without_defaults_there_is_the_root_alone(store: Store) -> None:
    await plant_tree(store, ATTIC, "node-attic", defaults=False)
    await plant_tree(store, ATTIC, "node-attic")
    assert await paths(store) == ["/"]


async def test_a_deleted_directory_does_not_come_back(store: Store) -> None:
    await plant_tree(store, ATTIC, "node-attic")
    await LocalDirectories(store).remove("/music")
    await plant_tree(store, ATTIC, "node-attic")
    assert await paths(store) == ["/", *(each for each in DEFAULTS if each != "/music")]


async def test_nothing_is_made_where_there_was_ever_a_root(store: Store) -> None:
    await plant_tree(store, ATTIC, "node-attic", defaults=False)
    root = await store.get("dir::root")
    assert root is not None
    await store.write([Document("dir::root", root.rev, b"{}", deleted=True)], writer=CONTROL)
    await plant_tree(store, ATTIC, "node-attic")
    assert await paths(store) == []


async def test_what_was_cut_short_is_gone_on_with(store: Store) -> None:
    """Also a directory that was deleted before the root was there."""
    await plant_tree(store, ATTIC, "node-attic")
    removed = ["/", "/pictures", "/nodes", "/nodes/Attic"]
    kept = await body(store, "/documents")
    for path in removed:
        await store.drop(directory_id(path))
    await LocalDirectories(store).remove("/music")
    await plant_tree(store, ATTIC, "node-attic")
    assert await paths(store) == ["/", *(each for each in DEFAULTS if each != "/music")]
    assert await body(store, "/documents") == kept


# --- with the instance -------------------------------------------------------------------------------------------


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    names = {"STATE_HOME": "state", "CONFIG_HOME": "config", "CACHE_HOME": "cache", "DATA_HOME": "data"}
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    variables = {f"XDG_{name}": str(tmp_path / folder) for name, folder in names.items()}
    return configure({"agent.name": "Attic"}, {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime), **variables})


@pytest.mark.parametrize(("wanted", "expected"), [(True, ["/", *DEFAULTS]), (False, ["/"])])
async def test_founding_an_instance_makes_its_tree(configured: Configured, wanted: bool, expected: list[str]) -> None:
    await found_instance(*configured, default_tree=wanted)
    async with open_store(*configured) as store:
        assert await paths(store) == expected


async def test_what_an_instance_begins_with_is_nobodys_work(configured: Configured) -> None:
    """So the machine may join another instance without a question, until somebody has changed something."""
    await found_instance(*configured)
    assert not (await own_documents(*configured)).made
    async with open_store(*configured) as store:
        directories = LocalDirectories(store)
        await directories.change("/music", DirectoryChange(enforce_steps_on_children=True))
        await directories.change("/pictures", DirectoryChange(name="photos"))
        await directories.create("/videos/funny")
    assert (await own_documents(*configured)).made == {"virtual_directory": 3}


async def test_a_directory_is_untouched_only_as_it_was_made(store: Store) -> None:
    await plant_tree(store, Settings(), "node-here")
    found = {each.path: each.document for each in (await read_directories(store)).subtree("/")}
    assert f"/nodes/{socket.gethostname()}" in found
    assert all(map(is_untouched, found.values()))
    music, own = found["/music"], found[f"/nodes/{socket.gethostname()}"]
    (entry,) = own.mounts
    changed = [
        structs.replace(music, mounts=found["/videos"].mounts),
        structs.replace(music, updated_at=music.created_at),
        structs.replace(music, unknown={"shade": 1}),
        structs.replace(own, mounts=()),
        structs.replace(own, mounts=(entry, entry)),
        structs.replace(own, mounts=(structs.replace(entry, strategy="flatten"),)),
    ]
    assert not any(map(is_untouched, changed))
