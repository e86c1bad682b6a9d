"""When a backend is looked at next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.services.backends.rhythm import (
    TIMES_ITS_LENGTH,
    Next,
    Past,
    minutes_until_open,
    next_poll,
    schedule_trouble,
)

MOMENTS = st.floats(0, 2e9, allow_nan=False)
LENGTHS = st.floats(0, 1e5, allow_nan=False)


def test_what_was_never_listed_is_listed_at_once_and_wholly() -> None:
    assert next_poll(Past(), 60, 600) == Next(0.0, True)


def test_without_a_feed_only_full_listings_are_due() -> None:
    assert next_poll(Past(1_000, 2, polled=1_002), 60, 600) == Next(1_600, True)


def test_a_feed_is_asked_in_between_and_the_full_listing_is_a_check() -> None:
    past = Past(1_000, 2, polled=1_002, has_cursor=True)
    assert next_poll(past, 60, 600) == Next(1_062, False)
    assert next_poll(past._replace(polled=1_590), 60, 600) == Next(1_600, True)


def test_a_listing_of_three_minutes_is_made_once_an_hour() -> None:
    assert next_poll(Past(0, 180, polled=180), 60, 600).at == 3_600


@given(past=st.builds(Past, MOMENTS, LENGTHS, MOMENTS, st.booleans()), poll_s=LENGTHS, full_s=LENGTHS)
def test_full_listings_never_dominate(past: Past, poll_s: float, full_s: float) -> None:
    due = next_poll(past, poll_s, full_s)
    assert past.full_began is not None
    assert not due.is_full or due.at >= past.full_began + TIMES_ITS_LENGTH * past.full_took_s


@pytest.mark.parametrize(
    ("schedule", "minute", "wait"),
    [
        (None, 0, 0),
        ("22:00-06:00", 23 * 60, 0),
        ("22:00-06:00", 5 * 60 + 59, 0),
        ("22:00-06:00", 6 * 60, 16 * 60),
        ("12:00-13:00, 22:00-06:00", 11 * 60, 60),
        ("00:00-00:00", 700, 0),
        ("nonsense", 700, 0),
    ],
)
def test_windows_open(schedule: str | None, minute: int, wait: int) -> None:
    assert minutes_until_open(schedule, minute) == wait


@given(st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 1439)), min_size=1, max_size=4), st.integers(0, 1439))
def test_after_the_wait_a_window_is_open(windows: list[tuple[int, int]], minute: int) -> None:
    schedule = ",".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in windows)
    assert schedule_trouble(schedule) == ""
    wait = minutes_until_open(schedule, minute)
    assert 0 <= wait < 24 * 60
    assert minutes_until_open(schedule, (minute + wait) % (24 * 60)) == 0


def test_a_window_that_is_none_is_named() -> None:
    assert "25:00" in schedule_trouble("22:00-06:00,25:00-26:00")
