"""Who keeps what was listed can rely on what the tree calls disturbed: whatever looks different now is among it."""

from __future__ import annotations

import pytest

from kernel.tests.tree.test_evaluator_histories import Household, everything
from kernel.tests.tree.world import LAPTOP, World, mount
from mosaicfs.model.tree import Disturbed, Listing, Shown


def disturbed(world: World) -> Disturbed:
    return world.evaluator.disturbed(world.filing)


def is_disturbed(path: str, found: Disturbed) -> bool:
    return (
        found.everything
        or path in found.directories
        or any(path == top or path.startswith(f"{top.rstrip('/')}/") for top in found.below)
    )


def shown(listing: Listing | None) -> list[Shown]:
    return [] if listing is None else list(listing.entries)


def files(listing: Listing | None) -> list[Shown]:
    return [each for each in shown(listing) if each.kind == "file"]


@pytest.mark.patient
@pytest.mark.parametrize("seed", range(400, 416))
def test_what_looks_different_is_disturbed(seed: int) -> None:
    household = Household(seed)
    world, anew = household.world, household.world.fresh(keep=False)
    told: dict[str, Listing] = {}
    disturbed(world)
    for turn in range(60):
        for _ in range(household.random.choice([1, 1, 1, 4])):
            household.act()
        found, expected = disturbed(world), everything(world, anew)
        for path in list(told):
            if is_disturbed(path, found):
                del told[path]
            elif found.lost:
                assert files(told[path]) == files(expected.get(path)), (seed, turn, path, found)
                del told[path]
            else:
                assert shown(told[path]) == shown(expected.get(path)), (seed, turn, path, found)
        some = expected if turn % 3 == 0 else household.random.sample(sorted(expected), min(len(expected), 4))
        for path in some:
            if not path.startswith("/.mosaic"):
                told[path] = world.evaluator.listing(world.filing, path)


def test_the_first_answer_says_that_everything_may_be_different() -> None:
    assert disturbed(World()).everything


@pytest.fixture
def world() -> World:
    """Somebody has looked everywhere, and knows it."""
    world = World()
    world.directory("/all", mount())
    world.file("/a/b/one.pdf")
    world.file("/d/two.pdf")
    everything(world, world.evaluator)
    disturbed(world)
    return world


def test_nothing_is_disturbed_when_nothing_happens(world: World) -> None:
    assert disturbed(world) == Disturbed()


def test_a_file_disturbs_the_way_to_it_and_nothing_else(world: World) -> None:
    world.file("/a/b/new.pdf")
    found = disturbed(world)
    assert {path for path in found.directories if not path.startswith("/.mosaic")} == {"/all", "/all/a", "/all/a/b"}
    assert found._replace(directories=frozenset()) == Disturbed()


def test_a_file_of_a_folder_that_nobody_looked_into_is_deleted_at_a_place_that_is_known() -> None:
    world = World()
    world.directory("/all", mount())
    world.file("/a/b/one.pdf")
    world.listing("/all")
    disturbed(world)
    world.remove("/a/b/one.pdf")
    assert {"/all", "/all/a"} <= disturbed(world).directories
    assert world.names("/all") == []


def test_a_file_that_moves_disturbs_both_places(world: World) -> None:
    world.move("/a/b/one.pdf", "/d/one.pdf", LAPTOP)
    assert {"/all/a/b", "/all/d"} <= disturbed(world).directories


def test_a_directory_disturbs_what_is_below_it_and_who_shows_it(world: World) -> None:
    world.directory("/all/a", mount("/d"))
    found = disturbed(world)
    assert all(is_disturbed(path, found) for path in ("/all", "/all/a", "/all/a/b"))


def test_each_is_told_once(world: World) -> None:
    world.file("/a/b/new.pdf")
    disturbed(world)
    assert not disturbed(world).directories
