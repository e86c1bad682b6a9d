"""Memory for spans is used again, and never while somebody looks at what is in it."""

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs_tiers.owning_node.rooms import KEPT, SMALL, SPAN, Rooms

LARGE = SMALL + 1


def test_a_room_that_nobody_looks_at_is_used_again() -> None:
    rooms = Rooms()
    first = rooms.one(LARGE)
    first[:] = b"a" * LARGE
    part = first[10:20]
    del first
    assert bytes(rooms.one(LARGE)[:5]) == bytes(5), "somebody still has a part of it"
    assert bytes(part) == b"a" * 10
    del part
    assert bytes(rooms.one(LARGE)[:5]) == b"a" * 5


@given(st.lists(st.tuples(st.booleans(), st.integers(0, SPAN + 9)), max_size=20))
def test_what_is_held_stays_as_it_was(asked: list[tuple[bool, int]]) -> None:
    rooms, held = Rooms(), list[memoryview]()
    for number, (is_kept, length) in enumerate(asked):
        room = rooms.one(length)
        assert len(room) == length
        room[-1:] = bytes([number]) * min(length, 1)
        room[:1] = bytes([number]) * min(length, 1)
        held.append(room if is_kept else memoryview(bytes(room[:1])))
    for number, room in enumerate(held):
        assert {*room[:1], *room[-1:]} <= {number}


def test_no_more_is_kept_than_a_few_spans() -> None:
    rooms = Rooms()
    held = [rooms.one(LARGE) for _ in range(KEPT + 3)]
    assert len({id(each.obj) for each in held}) == KEPT + 3
    assert len(rooms._kept) == KEPT
    rooms.clear()
    assert not rooms._kept
