"""A control plane that is put back to an earlier state, and what its nodes keep and give up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.tests.documents.restored_world import NODES, World, by_control, by_node, leaves, of_control, settle
from mosaicfs.documents.replication import Replication
from mosaicfs.model.replication import Direction, FindUnlisted, ForgetLeaves, Plan, ReadChanges, ReadLeaves
from mosaicfs_sdk.fakes.store import MemoryStore

pytestmark = pytest.mark.patient

# --- any history ---------------------------------------------------------------------------------------------------


class Edit(NamedTuple):
    who: str
    doc_id: str
    text: str
    deleted: bool


class Run(NamedTuple):
    """`steps` None runs to the end."""

    name: str
    direction: Direction
    steps: int | None
    seed: int


class BackUp(NamedTuple):
    pass


class Restore(NamedTuple):
    number: int
    as_it_is: bool


class Day(NamedTuple):
    days: int


Event = Edit | Run | BackUp | Restore | Day
IDS = ("note::a", "label_rule::0194f3c2-7a10-7c3e-9b55-2f6d1e8a4c70")
edits = st.builds(Edit, st.sampled_from(("control", "control", *NODES)), st.sampled_from(IDS), st.sampled_from("xy"),
                  st.booleans())  # fmt: skip
directions = st.sampled_from(("pull", "pull", "push"))
runs = st.builds(Run, st.sampled_from(NODES), directions, st.none() | st.integers(0, 60), st.integers(0, 999))
restores = st.builds(Restore, st.integers(1, 3), st.booleans())
whole_pulls = st.builds(Run, st.sampled_from(NODES), st.just("pull"), st.none(), st.integers(0, 999))
single = st.one_of(edits, runs, st.just(BackUp()), restores, st.builds(Day, st.integers(1, 4))).map(lambda one: [one])
lapse = st.tuples(edits, whole_pulls, st.just(BackUp()), edits, st.one_of(runs, whole_pulls), restores).map(list)
"""What is written after a backup reaches a node, and the backup is put back."""
histories = st.lists(st.one_of(single, single, lapse), max_size=12).map(lambda parts: sum(parts, list[Event]()))


async def happen(world: World, event: Event) -> None:
    match event:
        case Edit("control", doc_id, text, deleted):
            await by_control(world, doc_id, text, deleted=deleted)
        case Edit(name, doc_id, text, deleted):
            await by_node(world, name, doc_id[-1], text, deleted=deleted)
        case Run(name, direction, steps, seed):
            await world.replicate(name, direction, steps=steps, seed=seed)
        case BackUp():
            world.back_up()
        case Restore(number, as_it_is):
            world.restore(number, as_it_is=as_it_is)
        case Day(days):
            world.days += days


@settings(deadline=None)
@given(histories)
def test_nodes_end_with_the_restored_state_and_the_server_with_what_nodes_own(history: list[Event]) -> None:
    async def trial() -> None:
        world = World()
        for event in history:
            owned = {name: await leaves(world.nodes[name], f"thing::{name}") for name in NODES}
            await happen(world, event)
            if not isinstance(event, Edit):
                kept = {name: await leaves(world.nodes[name], f"thing::{name}") for name in NODES}
                assert kept == owned, "a node loses nothing of its own"
        restored = of_control(await leaves(world.server))
        await settle(world)
        there = await leaves(world.server)
        assert of_control(there) == restored
        for name in NODES:
            assert of_control(await leaves(world.nodes[name])) == restored
            own = await leaves(world.nodes[name], f"thing::{name}")
            assert {doc_id: there.get(doc_id) for doc_id in own} == own
        world.days += 7
        await settle(world)
        world.days += 7
        await settle(world)
        for name in NODES:
            assert await leaves(world.nodes[name]) == await leaves(world.server)

    trio.run(trial)


# --- one history, cut at every place -------------------------------------------------------------------------------

LOST, KEPT = ("note::lost", "note::changed"), ("note::kept", "note::changed")


async def put_back() -> World:
    """Both nodes have all of it; then the server lost a note, a newer text of another one, and what the nodes wrote."""
    world = World()
    for doc_id in KEPT:
        await by_control(world, doc_id, "old")
    await settle(world)
    world.back_up()
    for doc_id in LOST:
        await by_control(world, doc_id, "new")
    for name in NODES:
        await by_node(world, name, "t")
    await settle(world)
    world.restore(1, as_it_is=False)
    return world


async def begun_again() -> AsyncIterator[tuple[World, Replication]]:
    """A pull of a node that has come so far, for each step that it takes."""
    steps = 0
    while True:
        world = await put_back()
        machine = await world.begun("node-a")
        await world.run(machine, "node-a", steps)
        if machine.over:
            break
        yield world, machine
        steps += 1
    assert steps > 15


async def test_whoever_dies_on_the_way_ends_the_same() -> None:
    async for world, _ in begun_again():
        await world.replicate("node-a")
        here, there = await leaves(world.nodes["node-a"]), await leaves(world.server)
        assert of_control(here) == there
        assert here.keys() - there.keys() == {"thing::node-a-t", "thing::node-b-t"}


async def test_nothing_is_given_up_before_the_feed_was_read_to_its_end() -> None:
    world = await put_back()
    world.asked.clear()
    await world.replicate("node-a")
    kinds = [type(request) for request in world.asked]
    walk = kinds.index(ReadLeaves)
    assert kinds[:walk].count(ReadChanges) == 2, "a page, and an empty one, which is the end"
    assert ForgetLeaves in kinds[walk:]
    assert ReadChanges not in kinds[walk : kinds.index(ForgetLeaves)]


async def test_an_empty_database_under_the_same_address_empties_nobody() -> None:
    async for world, machine in begun_again():
        restored = await leaves(world.server)
        world.server = MemoryStore()
        await world.run(machine, "node-a", 200)
        assert restored.keys() <= (await leaves(world.nodes["node-a"])).keys()


async def test_an_edit_that_is_made_again_meanwhile_is_there_in_the_end() -> None:
    """It has the same revision, so nobody would fetch again what was given up."""
    async for world, machine in begun_again():
        for doc_id in LOST:
            await by_control(world, doc_id, "new")
        await world.run(machine, "node-a")
        await world.replicate("node-a")
        assert of_control(await leaves(world.nodes["node-a"])) == await leaves(world.server)


async def test_what_others_own_waits_a_week_for_them() -> None:
    world = await put_back()
    await world.replicate("node-a")
    for day in (3, 6):
        world.days = day
        await world.replicate("node-a")
        assert "thing::node-b-t" in await leaves(world.nodes["node-a"])
    world.days = 7
    await world.replicate("node-a")
    here = await leaves(world.nodes["node-a"])
    assert "thing::node-b-t" not in here
    assert "thing::node-a-t" in here


async def test_who_comes_back_within_the_week_has_lost_nothing_anywhere() -> None:
    world = await put_back()
    await world.replicate("node-a")
    world.days = 6
    await world.replicate("node-b", "push")
    world.days = 8
    await world.replicate("node-a")
    assert "thing::node-b-t" in await leaves(world.nodes["node-a"])
    assert (await world.begun("node-a")).is_reconciling is False


async def test_another_restore_begins_the_week_anew() -> None:
    world = await put_back()
    await world.replicate("node-a")
    world.days = 6
    world.restore(1, as_it_is=False)
    await world.replicate("node-a")
    world.days = 12
    await world.replicate("node-a")
    assert "thing::node-b-t" in await leaves(world.nodes["node-a"])


async def test_a_start_after_which_nothing_was_lost_shows_the_server_nothing() -> None:
    world = World()
    for number in range(20):
        await by_control(world, f"note::{number:02}")
    await settle(world)
    world.asked.clear()
    await world.replicate("node-a")
    assert not any(isinstance(request, FindUnlisted) for request in world.asked)


async def test_what_a_node_was_given_just_before_it_died_is_shown_and_no_more() -> None:
    """The bare copy of a file tells nothing by its epoch, and no checkpoint speaks of the last note yet."""
    world = World()
    for number in range(20):
        await by_control(world, f"note::{number:02}")
    await settle(world)
    world.back_up()
    await by_control(world, "note::lost")
    machine = await world.begun("node-a")
    while "note::lost" not in await leaves(world.nodes["node-a"]):
        await world.run(machine, "node-a", 1)
    world.restore(1, as_it_is=True)
    world.asked.clear()
    await world.replicate("node-a")
    assert "note::lost" not in await leaves(world.nodes["node-a"])
    shown = [request.asked.keys() for request in world.asked if isinstance(request, FindUnlisted)]
    assert shown == [{"note::lost"}]


async def test_what_is_too_much_for_one_answer_is_fetched_in_parts() -> None:
    world = World()
    for number in range(8):
        await by_control(world, f"note::{number}", "old")
    await settle(world)
    world.back_up()
    for number in range(8):
        await by_control(world, f"note::{number}", "new")
    await settle(world)
    world.restore(1, as_it_is=False)
    world.most_fetched = 1
    await world.replicate("node-a")
    assert of_control(await leaves(world.nodes["node-a"])) == await leaves(world.server)


async def test_a_store_that_copies_for_nobody_gives_nothing_up() -> None:
    """A one-shot copy, or one to a CouchDB, has no node."""
    world = await put_back()
    before = await leaves(world.nodes["node-a"])
    machine = Replication(Plan("pull", "copy", "node-a"), chance=lambda: 0.5)
    await world.run(machine, "node-a")
    assert before.keys() <= (await leaves(world.nodes["node-a"])).keys()
