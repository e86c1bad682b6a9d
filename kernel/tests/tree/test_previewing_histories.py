"""A preview shows what is listed once its draft is saved, and leaves no trace."""

from __future__ import annotations

import msgspec
import pytest

from kernel.tests.tree.test_evaluator_histories import DIRECTORIES, Household, everything
from kernel.tests.tree.world import World
from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.ids import directory_id
from mosaicfs.model.names import covers
from mosaicfs.model.tree import Listing, Preview, Shown
from mosaicfs.tree.directories import MOSAIC
from mosaicfs.tree.previewing import Previewing, before_draft

pytestmark = pytest.mark.patient


def drafted(household: Household) -> VirtualDirectory:
    """A new directory gets its inode when it is saved."""
    choose = household.random.choice
    path = choose([each for each in DIRECTORIES if each.count("/") == 1])
    document = before_draft(household.world.evaluator, household.world.filing, path)
    return msgspec.structs.replace(
        document,
        inode=min(document.inode, 10_000_000),
        mounts=tuple(household.mount(number) for number in range(household.random.randrange(4))),
        steps=tuple(household.step() for _ in range(household.random.randrange(2))),
        enforce_steps_on_children=choose([True, False]),
    )


def previewed(world: World, document: VirtualDirectory) -> Preview:
    previewing = Previewing(world.evaluator, document)
    while not previewing.go_on(world.filing):
        assert previewing.preview().partial
    return previewing.preview()


def below(world: World, path: str) -> dict[str, Listing]:
    found = everything(world, world.fresh(keep=False))
    return {at: listing for at, listing in found.items() if covers(path, at) and not covers(MOSAIC, at)}


def shown_below(listings: dict[str, Listing], path: str) -> list[tuple[str, Shown]]:
    start = len(path.rstrip("/")) + 1
    return sorted(
        (f"{at.rstrip('/')}/{each.name}"[start:], each)
        for at, listing in listings.items()
        for each in listing.entries
        if each.kind == "file"
    )


@pytest.mark.parametrize("seed", range(25))
def test_a_preview_equals_the_listings_after_saving(seed: int) -> None:
    household = Household(seed)
    world = household.world
    for _ in range(20):
        household.act()
    for _ in range(4):
        before = everything(world, world.evaluator)
        document = drafted(household)
        found = previewed(world, document)
        assert everything(world, world.evaluator) == before
        world.write(directory_id(document.virtual_path), document)
        equals(found, below(world, document.virtual_path), document)


def equals(found: Preview, listings: dict[str, Listing], document: VirtualDirectory) -> None:
    path = document.virtual_path
    assert [(each.relative_path, each.shown) for each in found.items] == shown_below(listings, path)
    assert (found.total, found.partial) == (len(found.items), False)
    assert found.hidden_by_conflict == sum(each.hidden_by_conflict for each in listings.values())
    assert found.shadowed == sum(each.shadowed for each in listings.values())
    assert found.invalid_names == sum(each.invalid_names for each in listings.values())
    assert set(found.problems) >= set(listings[path].problems)
    own = [mount.mount_id for mount in document.mounts]
    assert [each.mount_id for each in found.per_mount] == own
    for each in found.per_mount:
        assert each.candidates >= each.included
    decided_elsewhere = [each for each in found.items if each.decided_by and each.decided_by.outcome != "included"]
    assert not decided_elsewhere


@pytest.mark.parametrize("seed", range(100, 110))
def test_others_may_write_between_the_slices_of_a_preview(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosaicfs.tree.previewing._SLICE", 1)
    household = Household(seed)
    world = household.world
    for _ in range(20):
        household.act()
    document = drafted(household)
    previewing = Previewing(world.evaluator, document)
    for _ in range(5):
        previewing.go_on(world.filing)
        household.act()
        everything(world, world.evaluator)
    while not previewing.go_on(world.filing):
        pass
    paths = [each.relative_path for each in previewing.preview().items]
    assert paths == sorted(set(paths))
    assert everything(world, world.evaluator) == everything(world, world.fresh(keep=False))
