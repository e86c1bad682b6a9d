"""The protocol without a wire: whatever is said in whatever order, each event ends once, and as it was told."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.errors import DisconnectedError, MosaicError, PeerGarbledError
from mosaicfs_process.exchange import LONGEST_BYTES, Facts
from mosaicfs_process.socket.lines import read_line
from mosaicfs_process.socket.session import OpenEvent, Session, Stuck, window_in

sequences = st.integers(1, 12)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
acks = st.builds(lambda sequence: {"ack": sequence}, sequences)
nacks = st.builds(lambda sequence, error: {"nack": sequence, "error": error}, sequences, json)
garbage = st.dictionaries(st.sampled_from(["ack", "nack", "type", "id", "data", "error", "result"]), json, max_size=4)
steps = st.lists(
    st.tuples(st.just("send"), sequences) | st.tuples(st.just("hear"), acks | nacks | garbage), max_size=40
)


def sent(session: Session, sequence: int) -> OpenEvent:
    opened, message = session.event({"sequence": sequence, "event": "file.added"}, "a file", None, None)
    assert (message["type"], message["sequence"]) == ("event", sequence)
    return opened


@given(steps)
def test_each_event_ends_once_by_its_own_ack_nack_or_the_end_of_the_line(steps: list[tuple[str, object]]) -> None:
    session = Session("words", 64)
    model: dict[int, OpenEvent] = {}
    for what, value in steps:
        if what == "send" and isinstance(value, int) and value not in model:
            model[value] = sent(session, value)
        elif what == "hear" and isinstance(value, dict):
            _hear(session, model, value)
        assert set(session.events) == set(model)
        assert not any(opened.done.is_set() for opened in model.values())
    left = dict(model)
    assert session.lost(DisconnectedError("words")) == min(left, default=None)
    assert all(isinstance(opened.error, DisconnectedError) for opened in left.values())
    assert not session.events


def _hear(session: Session, model: dict[int, OpenEvent], message: Facts) -> None:
    named = message.get("ack") if "ack" in message else message.get("nack")
    ended = model.pop(named, None) if type(named) is int else None
    session.received(message)
    if ended is not None:
        assert ended.done.is_set()
        is_well = "ack" in message and isinstance(message.get("data"), dict | None)
        assert (ended.error is None) == is_well
        assert is_well or isinstance(ended.error, MosaicError)


@given(st.lists(st.none() | sequences, max_size=40))
def test_an_event_is_set_aside_after_five_in_a_row_and_not_before(losses: list[int | None]) -> None:
    """A loss with nothing open says nothing of any event."""
    stuck = Stuck()
    last, times = 0, 0
    for oldest in losses:
        if oldest is None:
            assert not stuck.lost_with(None)
            continue
        last, times = oldest, times + 1 if oldest == last else 1
        assert stuck.lost_with(oldest) == (times == Stuck.MOST)
        if times == Stuck.MOST:
            last, times = 0, 0


@given(st.binary(max_size=200))
def test_a_line_is_an_object_or_ends_the_connection(line: bytes) -> None:
    with suppress(PeerGarbledError):
        assert isinstance(read_line(line, "it"), dict)


def test_deep_nesting_ends_the_connection_and_nothing_else() -> None:
    for line in (b"[" * 100_000, b'{"a":' * 100_000, b"x" * LONGEST_BYTES):
        try:
            read_line(line, "it")
        except PeerGarbledError:
            continue
        raise AssertionError(line[:10])


@given(json)
def test_a_window_is_a_number_from_one_to_a_thousand(told: object) -> None:
    found = window_in(told)  # type: ignore[arg-type]  # any JSON
    assert found is None or 1 <= found <= 1000
