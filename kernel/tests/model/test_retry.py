"""The wait after a failure: doubled, bounded, varied, and never shorter than what was asked for."""

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.retry import wait_after

chances = st.floats(0, 1, exclude_max=True)


def test_it_doubles_from_a_second_to_a_minute() -> None:
    middle = [wait_after(failures, chance=lambda: 0.5) for failures in range(1, 9)]
    assert middle == [1, 2, 4, 8, 16, 32, 60, 60]


@given(st.integers(1, 10_000), chances)
def test_each_wait_is_varied_by_a_quarter_at_most(failures: int, chance: float) -> None:
    middle = min(2 ** min(failures - 1, 6), 60)
    assert 0.75 * middle <= wait_after(failures, chance=lambda: chance) <= 1.25 * middle


@given(st.integers(1, 100), st.floats(0, 1e6), chances)
def test_who_asks_for_a_longer_wait_gets_it_up_to_an_hour(failures: int, asked: float, chance: float) -> None:
    own = wait_after(failures, chance=lambda: chance)
    assert wait_after(failures, asked, chance=lambda: chance) == max(own, min(asked, 3600))
