"""What an edit makes of a directory: what it says and nothing else, judged by what it brings."""

from __future__ import annotations

from itertools import count

import pytest
from msgspec import structs

from kernel.tests.services.rooms import BROKEN, OF_TOMORROW, PDF, at, faults_of, mount, put
from mosaicfs.errors import ConflictError, NotShownError
from mosaicfs.model.directory import Mount, MountSource
from mosaicfs.model.store import Store
from mosaicfs.model.tree import AddMount, DirectoryChange, Draft, RemoveMount, ReplaceMount
from mosaicfs.services.directories import LocalDirectories


@pytest.fixture
def store(real_store: Store) -> Store:
    return real_store


@pytest.fixture
def directories(store: Store) -> LocalDirectories:
    return LocalDirectories(store, clock=count(2_000_000_000).__next__)


async def test_what_a_change_leaves_out_stays(directories: LocalDirectories) -> None:
    made = await directories.create("/a", Draft(mounts=(mount(),), steps=(PDF,), enforce_steps_on_children=True))
    changed = await directories.change("/a", DirectoryChange(steps=()))
    expected = structs.replace(made.document, steps=(), updated_at=changed.document.updated_at)
    assert changed.document == expected
    assert changed.document.updated_at


async def test_a_change_that_changes_nothing_is_not_written(directories: LocalDirectories) -> None:
    made = await directories.create("/a", Draft(steps=(PDF,)))
    same = DirectoryChange(steps=(PDF,), name="a", parent_path="/")
    assert await directories.change("/a", same) == made


async def test_who_has_seen_an_old_revision_changes_nothing(directories: LocalDirectories) -> None:
    old = await directories.create("/a")
    new = await directories.change("/a", DirectoryChange(steps=(PDF,)), rev=old.rev)
    for change in (DirectoryChange(steps=()), DirectoryChange(name="b")):
        with pytest.raises(ConflictError):
            await directories.change("/a", change, rev=old.rev)
    with pytest.raises(ConflictError):
        await directories.remove("/a", rev=old.rev)
    assert await directories.remove("/a", rev=new.rev) == ["/a"]


async def test_what_is_not_there_is_not_changed(directories: LocalDirectories) -> None:
    with pytest.raises(NotShownError):
        await directories.change("/a", DirectoryChange(steps=()))
    with pytest.raises(NotShownError):
        await directories.remove("/a")


async def test_mount_entries_are_added_replaced_and_removed_one_by_one(directories: LocalDirectories) -> None:
    made = await directories.create("/a", Draft(mounts=(mount("/one"), mount("/two"))))
    one, two = (each.mount_id for each in made.document.mounts)
    ops = (
        AddMount(mount("/zero"), 0),
        AddMount(mount("/three", "00000003")),
        ReplaceMount(two, mount("/deux", "ffffffff", steps=(PDF,))),
        RemoveMount(one),
    )
    changed = await directories.change("/a", DirectoryChange(mount_ops=ops))
    shown = [(each.source.export_path, each.mount_id) for each in changed.document.mounts]
    assert shown[1:] == [("/deux", two), ("/three", "00000003")]
    assert (shown[0][0], len(shown[0][1])) == ("/zero", 8)


@pytest.mark.parametrize(
    ("op", "place"),
    [
        (RemoveMount("nobody"), "mount_ops[1].mount_id"),
        (ReplaceMount("nobody", mount()), "mount_ops[1].mount_id"),
        (AddMount(mount(), 3), "mount_ops[1].index"),
        (AddMount(mount(), -1), "mount_ops[1].index"),
        (AddMount(mount(mount_id="00000001")), "mount_ops[1].mount.mount_id"),
        (AddMount(mount("home")), "mount_ops[1].mount.source.export_path"),
        (ReplaceMount("00000001", mount(steps=(PDF, BROKEN))), "mount_ops[1].mount.steps[1].pattern"),
    ],
)
async def test_a_faulty_operation_is_named_and_none_is_done(
    directories: LocalDirectories, op: AddMount | ReplaceMount | RemoveMount, place: str
) -> None:
    made = await directories.create("/a", Draft(mounts=(mount(mount_id="00000001"),)))
    ops = (AddMount(mount("/new")), op)
    assert await faults_of(directories.change("/a", DirectoryChange(mount_ops=ops))) == [place]
    assert await directories.change("/a", DirectoryChange()) == made


async def test_a_directory_has_at_most_a_hundred_mount_entries(directories: LocalDirectories) -> None:
    await directories.create("/a", Draft(mounts=(mount(),) * 100))
    assert await faults_of(directories.change("/a", DirectoryChange(mount_ops=(AddMount(mount()),)))) == [
        "mount_ops[0]"
    ]
    assert await faults_of(directories.change("/a", DirectoryChange(mounts=(mount(),) * 101))) == ["mounts"]


async def test_what_came_from_elsewhere_survives_an_edit(directories: LocalDirectories, store: Store) -> None:
    """Steps that have no effect, sources of a newer version, members that nobody here knows."""
    newer = Mount(
        mount_id="00000001",
        source=MountSource(unknown={"orbit": 3}),
        strategy="flatten",
        steps=(BROKEN, OF_TOMORROW),
        unknown={"shade": 1},
    )
    await directories.create("/a")
    plain = await at(store, "/a")
    strange = structs.replace(plain, virtual_path="/b", name="b", mounts=(newer,), steps=(BROKEN,), unknown={"x": [1]})
    await put(store, strange)
    changes = [
        DirectoryChange(enforce_steps_on_children=True),
        DirectoryChange(mounts=(newer, mount())),
        DirectoryChange(steps=(OF_TOMORROW, BROKEN)),
        DirectoryChange(mount_ops=(AddMount(mount(), 0),)),
        DirectoryChange(name="c"),
    ]
    for change in changes:
        await directories.change("/b", change)
    kept = await at(store, "/c")
    assert (kept.steps, kept.unknown, kept.inode) == ((OF_TOMORROW, BROKEN), {"x": [1]}, plain.inode)
    assert newer in kept.mounts
    assert await faults_of(
        directories.change("/c", DirectoryChange(steps=(BROKEN, structs.replace(BROKEN, op="size"))))
    )
