"""What is explained agrees with what is listed, whatever somebody has done before."""

from __future__ import annotations

from collections import defaultdict

import pytest

from kernel.tests.tree.test_evaluator_histories import DIRECTORIES, NAMES, Household, everything
from kernel.tests.tree.world import World
from mosaicfs.model.names import covers
from mosaicfs.model.tree import Explanation, Listing, Shown
from mosaicfs.tree.directories import MOSAIC
from mosaicfs.tree.explaining import explain

pytestmark = pytest.mark.patient


def lived(seed: int, acts: int = 40) -> Household:
    household = Household(seed)
    for number in range(6):
        household.world.imported(number, "peer", f"export{number}", enabled=number % 2 == 0)
        household.world.file(f"/export{number}/two.pdf", "peer")
    for _ in range(acts):
        household.act()
    return household


def one(world: World, path: str, file_id: str | None = None) -> Explanation:
    (found,) = explain(world.evaluator, world.filing, path, file_id)
    return found


def listed_places(world: World) -> dict[str, Listing]:
    """Without views: they are no places."""
    found = everything(world, world.evaluator)
    return {path: listing for path, listing in found.items() if not covers(MOSAIC, path)}


def joined(path: str, name: str) -> str:
    return f"{path.rstrip('/')}/{name}"


def places(listings: dict[str, Listing]) -> dict[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for path, listing in listings.items():
        for each in listing.entries:
            if each.file_id is not None:
                found[each.file_id].append(joined(path, each.name))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_everything_listed_is_visible_and_decided_by_its_trace(seed: int) -> None:
    world = lived(seed).world
    for path, listing in listed_places(world).items():
        for entry in listing.entries:
            agrees(one(world, joined(path, entry.name)), joined(path, entry.name), entry)


def agrees(found: Explanation, path: str, entry: Shown) -> None:
    assert (found.result, found.virtual_path, found.kind) == ("visible", path, entry.kind), found
    assert (found.origin, found.mapped_name) == (entry.origin, entry.name)
    assert "excluded" not in {line.outcome for line in found.trace}
    if entry.file_id is not None:
        assert (found.file_id, found.mount_id, found.shown_as) == (entry.file_id, entry.mount_id, entry.shown_as)
        assert found.directory is not None
        assert covers(found.directory, path)
        assert path not in found.also_at


@pytest.mark.parametrize("seed", range(20, 25))
def test_what_is_not_listed_is_not_visible(seed: int) -> None:
    world = lived(seed).world
    listings = listed_places(world)
    names = {*NAMES, "a", "b", "d", "x", "nothing", "m", "l" * 300, "odd\x01"}
    for path in [*listings, *DIRECTORIES]:
        listed = {entry.name for entry in listings[path].entries} if path in listings else set()
        for name in names - listed - {"federation"}:
            below = joined(path, name)
            if below not in listings:
                found = one(world, below)
                assert (found.result != "visible", found.virtual_path) == (True, below), (below, found)


@pytest.mark.parametrize("seed", range(40, 45))
def test_a_file_is_visible_in_the_directories_that_list_it_and_in_those_above(seed: int) -> None:
    world = lived(seed).world
    listings = listed_places(world)
    listed = places(listings)
    for file_id, _ in world.files.values():
        for path in [*listings, *DIRECTORIES]:
            found = one(world, path, file_id)
            inside = [place for place in listed[file_id] if covers(path, place)]
            assert (found.result == "visible") == bool(inside), (path, found)
            assert found.result != "visible" or found.virtual_path in inside


@pytest.mark.parametrize("seed", range(60, 65))
def test_a_file_alone_is_explained_once_for_each_place(seed: int) -> None:
    world = lived(seed).world
    listed = places(listed_places(world))
    for file_id, _ in world.files.values():
        found = explain(world.evaluator, world.filing, file_id=file_id)
        visible = [each.virtual_path for each in found if each.result == "visible"]
        assert visible == sorted(listed[file_id])
        assert found
        assert {each.result for each in found if not visible} <= {
            "excluded",
            "hidden_by_conflict",
            "shadowed",
            "invalid_name",
            "disabled_import",
            "no_source",
        }


@pytest.mark.parametrize("seed", range(80, 82))
def test_explaining_changes_no_listing(seed: int) -> None:
    household = lived(seed, 10)
    world = household.world
    for _ in range(10):
        household.act()
        for file_id, _ in list(world.files.values())[:10]:
            explain(world.evaluator, world.filing, file_id=file_id)
            one(world, household.random.choice(DIRECTORIES), file_id)
        assert everything(world, world.evaluator) == everything(world, world.fresh(keep=False))
