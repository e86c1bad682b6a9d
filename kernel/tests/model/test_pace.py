"""A pace that is shared by all who take from it."""

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.pace import BURST_S, Pace


def test_no_limit_is_no_wait() -> None:
    assert [Pace().wait_s(1 << 30, 0, now) for now in (0.0, 1.0)] == [0.0, 0.0]


@given(st.lists(st.integers(0, 100_000), max_size=50), st.floats(1_000, 1_000_000))
def test_who_always_waits_never_goes_faster_than_the_rate_and_a_burst(amounts: list[int], rate: float) -> None:
    pace, now = Pace(), 100.0
    for amount in amounts:
        now += pace.wait_s(amount, rate, now)
        assert now - 100.0 >= 0
    assert sum(amounts) <= rate * (now - 100.0 + BURST_S) + 1e-3


def test_what_was_not_used_is_not_saved_up_for_long() -> None:
    pace = Pace()
    pace.wait_s(1_000, 1_000, 0.0)
    assert pace.wait_s(250, 1_000, 1_000.0) == 0
    assert pace.wait_s(1_000, 1_000, 1_000.0) == 1.0


def test_a_new_rate_holds_from_the_next_piece_on() -> None:
    pace = Pace()
    assert pace.wait_s(10_000, 1_000, 0.0) > 9
    assert pace.wait_s(10_000, 0, 0.0) == 0
