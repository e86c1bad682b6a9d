"""Examples and tables of the page about the tree that belong to no single room; the others are tested beside theirs.

Steps, globs and ages: `steps/`. Strategies: `test_places`. Names and collisions: `test_names`, `test_composing`,
`test_collisions`. The cost table: `test_evaluator_cost`. Searches: `test_query_text`, `test_evaluator_searches`.
Results of explain: `test_explaining`. Drafts: `test_previewing`. First set-up, and changing directories: `services/`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kernel.tests.tree.world import BEGIN, LAPTOP, NAS, World, flat, mount, step
from mosaicfs import wire
from mosaicfs.errors import NotShownError
from mosaicfs.model.directory import MountSource, VirtualDirectory
from mosaicfs.model.ids import directory_id
from mosaicfs.model.node import Node, NodeStatus

# --- the example of inheritance --------------------------------------------------------------------------------------

WORK = """
{ "type": "virtual_directory",
  "virtual_path": "/documents/work", "name": "work", "parent_path": "/documents", "inode": 482100017,
  "created_at": "2026-03-14T09:00:00Z", "steps": [], "enforce_steps_on_children": false,
  "mounts": [{ "mount_id": "a3f90b17", "source": {"node_id": "node-laptop", "export_path": "/home/user/documents"},
    "strategy": "prefix_replace", "source_prefix": "/home/user/documents",
    "steps": [ {"op": "glob", "pattern": "**/*.{pdf,docx,md}", "on_match": "continue"},
      {"op": "glob", "pattern": "**/archive/**", "invert": true, "on_match": "continue"},
      {"op": "regex", "pattern": "URGENT", "on_match": "include"},
      {"op": "age", "max_days": 90, "on_match": "continue"} ],
    "default_result": "include", "conflict_policy": "last_write_wins" }] }
"""
WORK_ID = "dir::da4d434e7f80e8301647c8627e20ed0495be96e28db4a4b5d7faf218d04c345f"


@pytest.mark.parametrize(
    ("name", "age", "shown"),
    [
        ("q3/plan.pdf", 10, True),
        ("q3/plan.tmp", 10, False),
        ("photo.jpg", 1, False),
        ("archive/URGENT.pdf", 1, False),
        ("URGENT-tax.pdf", 400, True),
        ("old.pdf", 90.0, True),
        ("old.pdf", 90.1, False),
    ],
)
def test_the_document_of_the_example_shows_what_its_table_says(name: str, age: float, shown: bool) -> None:
    world = World()
    world.directory("/documents", steps=[step("glob", "exclude", pattern="*.tmp")], enforce=True)
    noun = wire.decode(WORK_ID, WORK.encode())
    assert isinstance(noun, VirtualDirectory)
    assert directory_id(noun.virtual_path) == WORK_ID
    world.write(WORK_ID, noun)
    file_id = world.file(f"/home/user/documents/{name}", age=age)
    assert world.evaluator.paths_of(world.filing, file_id) == ([f"/documents/work/{name}"] if shown else [])
    assert world.listing("/documents/work").inode == 482100017


# --- sources ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["online", "offline", "degraded", "disabled"])
def test_files_of_a_node_that_is_away_stay_in_the_tree(status: NodeStatus) -> None:
    world = World()
    world.directory("/all", mount("/", "*"))
    world.file("/x", NAS)
    noun = Node(
        node_id=NAS,
        friendly_name="NAS",
        platform="linux",
        version="1",
        status=status,
        last_heartbeat="2026-03-14T09:00:00Z",
        vfs_capable=False,
        capabilities=(),
        watch_paths=(),
    )
    world.write(f"node::{NAS}", noun)
    assert world.names("/all") == ["x"]
    assert world.fresh().listing(world.filing, "/all").entries == world.listing("/all").entries


def test_a_node_that_becomes_a_peer_is_not_among_every_node_any_more() -> None:
    """Also where all files were gathered or labelled before."""
    peer = "0190aa12-peer"
    world = World()
    every = MountSource(node_id="*", export_path="/")
    world.directory("/all", mount("/", "*"))
    world.directory("/flat", flat(every))
    world.directory("/red", flat(MountSource(label="red")))
    world.directory("/steps", flat(MountSource(node_id=peer, export_path="/"), step("label", labels=["red"])))
    world.file("/d/x", peer)
    world.rule(1, "/", "red")
    before = [world.names(path) for path in ("/all", "/flat", "/red", "/steps")]
    assert before == [["d"], ["x"], ["x"], ["x"]]
    world.imported(1, peer, "docs", enabled=False)
    assert [world.names(path) for path in ("/all", "/flat", "/red", "/steps")] == [[], [], [], []]
    world.write("federated_import::1", None)
    assert [world.names(path) for path in ("/all", "/flat", "/red", "/steps")] == before


def test_a_file_that_is_not_active_is_nowhere() -> None:
    world = World()
    world.directory("/all", mount("/", "*", step("glob", "include", pattern="*")))
    world.directory("/found", flat(MountSource(search="note")))
    world.directory("/red", flat(MountSource(label="red")))
    file_id = world.file("/d/note")
    world.label(file_id, "red")
    places = ["/all/d", "/found", "/red", "/.mosaic/recent", "/.mosaic/search/note"]
    assert [world.names(path) for path in places] == [["note"]] * 5
    world.remove("/d/note")
    assert [world.names(path) for path in places[1:]] == [[]] * 4
    with pytest.raises(NotShownError):
        world.names("/all/d")
    assert world.evaluator.paths_of(world.filing, file_id) == []


# --- inodes that are fixed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "inode"),
    [("/", 1), ("/.mosaic", 2), ("/.mosaic/search", 4), ("/.mosaic/recent", 5), ("/federation", 6)],
)
def test_system_directories_have_their_numbers(path: str, inode: int) -> None:
    world = World()
    world.directory("/")
    world.imported(1, "0190aa12-peer", "docs")
    assert world.evaluator.look_up(world.filing, path).inode == inode == world.listing(path).inode


# --- the table of labels ---------------------------------------------------------------------------------------------


class Labelled(World):
    """`/red` shows what has that label; one file has it from a person, and all below `/ruled` of the laptop by rule."""

    def __init__(self) -> None:
        super().__init__()
        self.directory("/red", flat(MountSource(label="red")))
        self.directory("/steps", flat(MountSource(node_id="*", export_path="/"), step("label", labels=["red"])))
        self.given = self.file("/given/a")
        self.file("/ruled/b")
        self.file("/other/c")
        self.file("/ruled/d", NAS)
        self.label(self.given, "red")
        self.rule(1, "/ruled/", "red", node=LAPTOP)
        assert self.red() == ["a", "b"]

    def red(self) -> list[str]:
        """What is kept of labels is what a new look says."""
        names = self.names("/red")
        fresh = self.fresh()
        for path in ("/red", "/steps"):
            assert self.names(path) == names == [each.name for each in fresh.listing(self.filing, path).entries]
        return names


@pytest.mark.parametrize(
    ("change", "red"),
    [
        (lambda world: world.label(world.given, "blue"), ["b"]),
        (lambda world: world.label(world.file("/other/c"), "red"), ["a", "b", "c"]),
        (lambda world: world.label(world.given), ["b"]),
        (lambda world: world.label(world.file("/ruled/b"), "blue"), ["a", "b"]),
        (lambda world: world.rule(2, "/other/", "red"), ["a", "b", "c"]),
        (lambda world: world.rule(1, "/ruled/", "blue", node=LAPTOP), ["a"]),
        (lambda world: world.rule(1, "/other/", "red", node=LAPTOP), ["a", "c"]),
        (lambda world: world.rule(1, "/ruled/", "red", node=NAS), ["a", "d"]),
        (lambda world: world.rule(1, "/ruled/", "red"), ["a", "b", "d"]),
        (lambda world: world.rule(1, "/ruled/", "red", node=LAPTOP, enabled=False), ["a"]),
        (lambda world: world.rule(1, "/ruled/"), ["a"]),
        (lambda world: world.file("/ruled/deep/e"), ["a", "b", "e"]),
        (lambda world: world.remove("/ruled/b"), ["a"]),
        (lambda world: world.remove("/given/a", tombstone=True), ["b"]),
        (lambda world: world.move("/ruled/b", "/rule/b"), ["a"]),
        (lambda world: world.move("/other/c", "/ruled/c"), ["a", "b", "c"]),
        (lambda world: world.move("/given/a", "/elsewhere/z"), ["b", "z"]),
    ],
)
def test_labels_follow_every_change_of_the_table(change: Callable[[Labelled], object], red: list[str]) -> None:
    world = Labelled()
    change(world)
    assert world.red() == red


def test_a_file_that_is_active_again_has_its_labels_again() -> None:
    world = Labelled()
    file_id, file = world.files[LAPTOP, "/given/a"]
    world.remove("/given/a")
    assert world.red() == ["b"]
    world.write(file_id, file)
    assert world.red() == ["a", "b"]


# --- what must hold --------------------------------------------------------------------------------------------------

_noted: list[str] = []
_watching: list[bool] = []
_OUTSIDE = ("open", "os.", "socket.", "subprocess.", "shutil.", "glob.")


def _note(event: str, _: object) -> None:
    if _watching and event.startswith(_OUTSIDE):
        _noted.append(event)


sys.addaudithook(_note)


@contextmanager
def watched() -> Iterator[list[str]]:
    """What is asked of the operating system meanwhile: files, folders, programs and the network."""
    _noted.clear()
    _watching.append(True)
    try:
        yield _noted
    finally:
        _watching.clear()


def test_no_evaluation_touches_a_source_or_the_network() -> None:
    world = Labelled()
    world.directory("/all", mount("/", "*", step("age", max_days=3), step("regex", "include", pattern="a")))
    world.directory("/found", flat(MountSource(search="b")))
    world.listing("/all")
    with watched() as noted:
        fresh = world.fresh()
        for path in ("/", "/all", "/all/ruled", "/found", "/red", "/steps", "/.mosaic/recent"):
            assert fresh.listing(world.filing, path).entries
        assert fresh.look_up(world.filing, "/all/ruled/b").file_id
    assert noted == []
    with watched() as noted, Path(__file__).open():
        assert noted == ["open"]


def test_a_moment_later_means_the_same_listing() -> None:
    """`now` matters to ages alone."""
    world = Labelled()
    before = {path: world.listing(path) for path in ("/", "/red", "/steps")}
    world.now = BEGIN + 1e9
    assert {path: world.fresh().listing(world.filing, path).entries for path in before} == {
        path: listing.entries for path, listing in before.items()
    }
