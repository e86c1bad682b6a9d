"""The last accesses: what documents say, unless this process knows of a later one that is not written yet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kernel.tests.tree.world import BEGIN, DAY, World
from mosaicfs.tree.accesses import Accesses

FILES = 3


def loaded(world: World) -> Accesses:
    accesses = Accesses()
    accesses.load(world.filing)
    return accesses


def applied(accesses: Accesses, world: World, since: int) -> set[str]:
    changed = world.filing.changed(since, 1_000)
    assert changed is not None
    return accesses.apply(changed)


def forget(world: World, file_id: str) -> None:
    world.write(file_id.replace("file::", "access::"), None)


@given(st.lists(st.lists(st.tuples(st.integers(0, FILES - 1), st.none() | st.integers(0, 99)), max_size=4), max_size=6))
def test_after_any_history_accesses_are_those_of_the_documents(history: list[list[tuple[int, int | None]]]) -> None:
    world = World()
    files = [world.file(f"/{number}") for number in range(FILES)]
    accesses, expected = loaded(world), dict[str, float]()
    for together in history:
        since, before = world.filing.seq, dict(expected)
        for number, age in together:
            if age is None:
                forget(world, files[number])
                expected.pop(files[number], None)
            else:
                world.access(files[number], age=age)
                expected[files[number]] = BEGIN - age * DAY
        touched = applied(accesses, world, since)
        assert touched >= {file for file in files if before.get(file) != expected.get(file)}
        for file in files:
            assert accesses.last(file) == loaded(world).last(file) == expected.get(file)


def test_a_later_access_that_is_not_written_yet_holds() -> None:
    world = World()
    file = world.file("/a")
    accesses, since = loaded(world), world.filing.seq
    assert accesses.last(file) is None
    accesses.tell(file, BEGIN)
    accesses.tell(file, BEGIN - DAY)
    world.access(file, age=2)
    applied(accesses, world, since)
    assert accesses.last(file) == BEGIN
    since = world.filing.seq
    forget(world, file)
    applied(accesses, world, since)
    assert accesses.last(file) == BEGIN


def test_what_was_told_gives_way_to_the_document_that_says_the_same_or_later() -> None:
    world = World()
    file = world.file("/a")
    accesses, since = loaded(world), world.filing.seq
    accesses.tell(file, BEGIN - DAY)
    world.access(file, age=0)
    assert applied(accesses, world, since) == {file}
    since = world.filing.seq
    world.access(file, age=3)
    applied(accesses, world, since)
    assert accesses.last(file) == BEGIN - 3 * DAY
