"""What waits to be taken: in order, not twice, and in bounds."""

from __future__ import annotations

from mosaicfs_disk.watching.events import Doubt, Event, Moved, RootGone, Touched
from mosaicfs_disk.watching.outbox import Outbox, lies_in

ROOTS = [b"/r", b"/s"]


def taken(outbox: Outbox) -> list[tuple[str, bytes]]:
    out: list[Event] = []
    while (event := outbox.take()) is not None:
        out.append(event)
    return [(type(event).__name__, event.new if isinstance(event, Moved) else event.path) for event in out]


def test_an_event_that_waits_is_not_put_twice() -> None:
    outbox = Outbox()
    outbox.put([Touched(b"/r/a"), Touched(b"/r/b"), Touched(b"/r/a")], ROOTS)
    assert taken(outbox) == [("Touched", b"/r/a"), ("Touched", b"/r/b")]
    outbox.put([Touched(b"/r/a")], ROOTS)
    assert taken(outbox) == [("Touched", b"/r/a")]


def test_after_a_move_it_is_put_again() -> None:
    outbox = Outbox()
    outbox.put([Touched(b"/r/a"), Moved(b"/r/a", b"/r/b", False), Touched(b"/r/a")], ROOTS)
    assert taken(outbox) == [("Touched", b"/r/a"), ("Moved", b"/r/b"), ("Touched", b"/r/a")]


def test_past_the_bound_the_roots_concerned_are_in_doubt() -> None:
    outbox = Outbox(3)
    outbox.put([RootGone(b"/s"), *(Touched(b"/r/%d" % number) for number in range(10))], ROOTS)
    assert taken(outbox) == [("RootGone", b"/s"), ("Doubt", b"/r")]


def test_what_is_dropped_is_of_that_root_alone() -> None:
    outbox = Outbox()
    outbox.put([Touched(b"/r/a"), Touched(b"/rest/a"), Doubt(b"/r")], ROOTS)
    outbox.drop(b"/r")
    assert taken(outbox) == [("Touched", b"/rest/a")]


def test_everything_lies_in_the_top() -> None:
    assert lies_in(b"/a", b"/")
    assert lies_in(b"/a", b"/a")
    assert not lies_in(b"/ab", b"/a")
