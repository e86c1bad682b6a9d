"""Saved searches: directories that hold what a search finds, followed as files and the clock go on."""

from __future__ import annotations

import pytest

from kernel.tests.tree.world import DAY, NAS, World, flat, step
from mosaicfs.model.directory import MountSource


def test_a_saved_search_is_cut_in_the_order_of_names() -> None:
    world = World()
    world.directory("/found", flat(MountSource(search="note", limit=2)))
    for name in ("note-c", "note-a", "other", "note-b"):
        world.file(f"/{name}")
    assert (world.names("/found"), world.listing("/found").truncated) == (["note-a", "note-b"], True)
    world.remove("/note-a")
    assert (world.names("/found"), world.listing("/found").truncated) == (["note-b", "note-c"], False)


def test_the_ages_of_a_saved_search_go_on_with_the_clock() -> None:
    world = World()
    world.directory("/new", flat(MountSource(search="age:<30h note")))
    world.directory("/old", flat(MountSource(search="age:>2d")))
    world.file("/note", age=1)
    assert (world.names("/new"), world.names("/old")) == (["note"], [])
    world.now += 6 * 3_600
    assert (world.names("/new"), world.names("/old")) == (["note"], [])
    world.now += 1
    assert (world.names("/new"), world.names("/old")) == ([], [])
    world.now += 18 * 3_600 - 1
    assert (world.names("/new"), world.names("/old")) == ([], ["note"])


@pytest.mark.parametrize(
    "text", ["label:red", "seen:<7d", "replicated:vault", "note:words/language=en", "path:/d/one", "path:/d/* one"]
)
def test_a_saved_search_asks_for_what_other_documents_say(text: str) -> None:
    world = World()
    world.directory("/found", flat(MountSource(search=text)))
    one, _ = world.file("/d/one"), world.file("/two")
    before = world.names("/found")
    world.label(one, "red")
    world.access(one)
    world.replica(one, "vault", "current")
    world.annotate(one, "words", {"language": "en"})
    assert (before, world.names("/found")) == (["one"] if "path" in text else [], ["one"])
    world.now += 8 * DAY
    world.remove("/two")
    assert world.names("/found") == ([] if "seen" in text else ["one"])


def test_a_search_finds_nodes_by_their_names() -> None:
    world = World()
    world.directory("/found", flat(MountSource(search="node:node-nas")))
    world.file("/one")
    world.file("/two", NAS)
    assert world.names("/found") == ["two"]


def test_what_a_search_finds_is_cut_before_steps_are_asked() -> None:
    world = World()
    pdf = step("glob", pattern="*.pdf")
    world.directory("/found", flat(MountSource(search="note", limit=2), pdf))
    for name in ("note-a.txt", "note-b.pdf", "note-c.pdf"):
        world.file(f"/{name}")
    assert (world.names("/found"), world.listing("/found").truncated) == (["note-b.pdf"], True)
    world.remove("/note-a.txt")
    assert (world.names("/found"), world.listing("/found").truncated) == (["note-b.pdf", "note-c.pdf"], False)
