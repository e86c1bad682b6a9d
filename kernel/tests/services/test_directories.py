"""Directories that are made, moved and removed over a real database."""

from __future__ import annotations

import unicodedata
from itertools import count

import pytest
from msgspec import structs

from kernel.tests.services.rooms import BROKEN, OF_TOMORROW, PDF, at, faults_of, mount, paths, put
from mosaicfs import wire
from mosaicfs.errors import (
    DirectoryExistsError,
    DirectoryNotEmptyError,
    MovedBelowItselfError,
    NotShownError,
    SystemDirectoryError,
)
from mosaicfs.model.document import Document
from mosaicfs.model.ids import directory_id
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs.model.tree import DirectoryChange, Draft
from mosaicfs.services.directories import LocalDirectories
from mosaicfs.services.directory_documents import read_directories


@pytest.fixture
def store(real_store: Store) -> Store:
    return real_store


@pytest.fixture
def directories(store: Store) -> LocalDirectories:
    return LocalDirectories(store, clock=count(2_000_000_000).__next__)


# --- making ------------------------------------------------------------------------------------------------------


async def test_a_directory_is_made_below_one_that_is_there(directories: LocalDirectories, store: Store) -> None:
    made = await directories.create("/work", Draft(mounts=(mount(), mount("/srv")), steps=(PDF,)))
    document = made.document
    assert (document.name, document.parent_path, document.inode >= 1_000) == ("work", "/", True)
    first, second = (each.mount_id for each in document.mounts)
    assert first != second
    assert len(first) == len(second) == 8
    kept = await store.get(directory_id("/work"))
    assert kept is not None
    assert (kept.rev, wire.decode(kept.id, kept.body)) == (made.rev, document)


async def test_parents_are_made_only_when_asked_for(directories: LocalDirectories, store: Store) -> None:
    with pytest.raises(NotShownError) as refused:
        await directories.create("/a/b/c")
    assert refused.value.path == "/a/b"
    assert await paths(store) == []
    await directories.create("/a/b/c", Draft(mounts=(mount(),)), parents=True)
    assert await paths(store) == ["/a", "/a/b", "/a/b/c"]
    assert not (await at(store, "/a/b")).mounts
    assert len({each.document.inode for each in (await read_directories(store)).subtree("/")}) == 3


@pytest.mark.parametrize("path", ["/", "/a"])
async def test_the_same_path_is_not_made_again(directories: LocalDirectories, path: str) -> None:
    await directories.create("/a")
    with pytest.raises(DirectoryExistsError):
        await directories.create(path, parents=True)


async def test_a_path_that_was_deleted_is_made_anew(directories: LocalDirectories, store: Store) -> None:
    first = await directories.create("/a")
    await directories.remove("/a")
    second = await directories.create("/a")
    assert second.rev.startswith("3-")
    assert second.document.inode != first.document.inode
    assert await paths(store) == ["/a"]


@pytest.mark.parametrize("path", ["", "a", "/a/", "/a//b", "/a/..", "/.mosaic/x", "/federation", f"/{'x' * 256}"])
async def test_a_path_that_cannot_be_is_refused(directories: LocalDirectories, path: str) -> None:
    assert await faults_of(directories.create(path, parents=True)) == ["virtual_path"]


async def test_a_name_is_kept_composed_and_found_in_either_form(directories: LocalDirectories) -> None:
    decomposed = unicodedata.normalize("NFD", "/café")
    assert (await directories.create(decomposed)).document.virtual_path == "/café"
    assert await directories.remove(decomposed) == ["/café"]


async def test_every_fault_of_a_new_directory_is_named(directories: LocalDirectories, store: Store) -> None:
    draft = Draft(steps=(BROKEN,), mounts=(mount("/a"), mount("home", steps=(PDF, BROKEN))))
    assert await faults_of(directories.create("/a", draft)) == [
        "steps[0].pattern",
        "mounts[1].source.export_path",
        "mounts[1].steps[1].pattern",
    ]
    assert await paths(store) == []


async def test_a_step_that_nobody_here_knows_is_taken(directories: LocalDirectories, store: Store) -> None:
    await directories.create("/a", Draft(mounts=(mount(steps=(OF_TOMORROW,)),)))
    assert (await at(store, "/a")).mounts[0].steps == (OF_TOMORROW,)


# --- moving ------------------------------------------------------------------------------------------------------


async def house(directories: LocalDirectories) -> None:
    """`/a` with `b/c` and `d` below it, and `/z`."""
    for path in ("/a", "/a/b", "/a/b/c", "/a/d", "/z"):
        await directories.create(path, Draft(mounts=(mount(path),)))


async def test_a_rename_takes_everything_along_as_it_was(directories: LocalDirectories, store: Store) -> None:
    await house(directories)
    before = {each.path: each.document for each in (await read_directories(store)).subtree("/a")}
    moved = await directories.change("/a", DirectoryChange(name="new"))
    after = {each.path: each.document for each in (await read_directories(store)).subtree("/new")}
    assert await paths(store) == ["/new", "/new/b", "/new/b/c", "/new/d", "/z"]
    assert moved.document == after["/new"]
    for path, document in before.items():
        there = after[f"/new{path[2:]}"]
        assert (there.inode, there.created_at, there.mounts) == (document.inode, document.created_at, document.mounts)
        assert there.parent_path == ("/" if path == "/a" else "/new" + path[2:].rpartition("/")[0])


async def test_a_directory_moves_elsewhere_and_back(directories: LocalDirectories, store: Store) -> None:
    await house(directories)
    before = await paths(store)
    await directories.change("/a/b", DirectoryChange(parent_path="/z", name="bee"))
    assert await paths(store) == ["/a", "/a/d", "/z", "/z/bee", "/z/bee/c"]
    await directories.change("/z/bee", DirectoryChange(parent_path="/a", name="b", steps=(PDF,)))
    assert await paths(store) == before
    assert (await at(store, "/a/b")).steps == (PDF,)


@pytest.mark.parametrize(
    ("path", "change", "error"),
    [
        ("/a", DirectoryChange(name="z"), DirectoryExistsError),
        ("/a/b", DirectoryChange(name="d"), DirectoryExistsError),
        ("/a/b", DirectoryChange(parent_path="/nowhere"), NotShownError),
        ("/a", DirectoryChange(parent_path="/a/b"), MovedBelowItselfError),
        ("/a", DirectoryChange(parent_path="/a"), MovedBelowItselfError),
        ("/", DirectoryChange(name="root"), SystemDirectoryError),
        ("/", DirectoryChange(parent_path="/a"), SystemDirectoryError),
    ],
)
async def test_a_move_that_cannot_be_changes_nothing(
    directories: LocalDirectories, store: Store, path: str, change: DirectoryChange, error: type[Exception]
) -> None:
    await house(directories)
    before = await paths(store)
    with pytest.raises(error):
        await directories.change(path, change)
    assert await paths(store) == before


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (DirectoryChange(name="x/y"), "name"),
        (DirectoryChange(name=""), "name"),
        (DirectoryChange(name=".."), "name"),
        (DirectoryChange(name=".mosaic"), "name"),
        (DirectoryChange(parent_path="/federation"), "parent_path"),
        (DirectoryChange(parent_path="z"), "parent_path"),
    ],
)
async def test_a_name_or_parent_that_cannot_be_is_named(
    directories: LocalDirectories, change: DirectoryChange, place: str
) -> None:
    await house(directories)
    assert await faults_of(directories.change("/a", change)) == [place]


async def test_what_lies_below_must_find_room_too(directories: LocalDirectories, store: Store) -> None:
    deep = "/a" + "/n" * 62
    await directories.create(deep, parents=True)
    await directories.create("/x/y", parents=True)
    assert await faults_of(directories.change("/a", DirectoryChange(parent_path="/x/y"))) == ["parent_path"]
    await directories.change("/a", DirectoryChange(parent_path="/x"))
    assert f"/x{deep}" in await paths(store)


async def test_a_directory_that_waits_for_its_parent_is_not_overwritten(
    directories: LocalDirectories, store: Store
) -> None:
    await house(directories)
    other = structs.replace(await at(store, "/z"), virtual_path="/new/b", name="b", parent_path="/new")
    await put(store, other)
    with pytest.raises(DirectoryExistsError) as refused:
        await directories.change("/a", DirectoryChange(name="new"))
    assert refused.value.path == "/new/b"


# --- removing ----------------------------------------------------------------------------------------------------


async def test_what_has_others_below_is_removed_only_with_force(directories: LocalDirectories, store: Store) -> None:
    await house(directories)
    with pytest.raises(DirectoryNotEmptyError) as refused:
        await directories.remove("/a")
    assert refused.value.children == 2
    assert await directories.remove("/a", force=True) == ["/a", "/a/b", "/a/b/c", "/a/d"]
    assert await paths(store) == ["/z"]


async def test_the_root_takes_steps_and_mount_entries_and_stays(directories: LocalDirectories, store: Store) -> None:
    root = await directories.change("/", DirectoryChange(steps=(PDF,), mounts=(mount(),)))
    assert (root.document.inode, root.document.system, root.document.parent_path) == (1, True, None)
    for force in (False, True):
        with pytest.raises(SystemDirectoryError):
            await directories.remove("/", force=force)
    kept = await store.get("dir::root")
    assert kept is not None
    assert kept.rev == root.rev


async def test_a_system_directory_is_not_removed_with_the_one_above(
    directories: LocalDirectories, store: Store
) -> None:
    await house(directories)
    await put(
        store, structs.replace(await at(store, "/z"), virtual_path="/a/s", name="s", parent_path="/a", system=True)
    )
    with pytest.raises(SystemDirectoryError):
        await directories.remove("/a", force=True)
    with pytest.raises(SystemDirectoryError):
        await directories.change("/a", DirectoryChange(name="new"))


async def test_two_documents_of_one_path_go_together(directories: LocalDirectories, store: Store) -> None:
    await directories.create("/a")
    body = wire.encode(await at(store, "/a"))
    await store.write([Document("dir::elsewhere", "", body)], writer=CONTROL)
    await directories.change("/a", DirectoryChange(name="b"))
    assert await directories.remove("/b") == ["/b"]
    assert await paths(store) == []


# --- nodes -------------------------------------------------------------------------------------------------------


async def test_a_node_gets_a_directory_of_its_name(directories: LocalDirectories, store: Store) -> None:
    await directories.create("/nodes")
    shown = await directories.show_node("node-a", "Attic")
    assert shown is not None
    (entry,) = shown.document.mounts
    assert shown.document.virtual_path == "/nodes/Attic"
    assert (entry.source.node_id, entry.source.export_path, entry.strategy) == ("node-a", "/", "prefix_replace")
    assert entry.conflict_policy == "suffix_node_id"
    assert await directories.show_node("node-a", "Attic") == shown


async def test_names_of_nodes_are_made_to_fit(directories: LocalDirectories, store: Store) -> None:
    await directories.create("/nodes")
    names = ["Attic", "Attic", "Attic", "a/b\x07c", "..", "", "é" * 200, "é" * 200]
    for number, name in enumerate(names):
        await directories.show_node(f"node-{number}", name)
    assert (await read_directories(store)).children("/nodes") == {
        *("Attic", "Attic 2", "Attic 3", "a_b_c", "_", "node-5"),
        *("é" * 127, "é" * 126 + " 2"),
    }


async def test_without_a_place_for_nodes_none_is_made(directories: LocalDirectories, store: Store) -> None:
    assert await directories.show_node("node-a", "Attic") is None
    assert await paths(store) == []
