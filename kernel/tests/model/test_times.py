"""Times against Python's datetime, and the promise that string order is time order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.times import BadTimeError, hour_text, instant, mtime_text, now_text, ordered, time_text

moments = st.datetimes(
    min_value=datetime(2, 1, 1),
    max_value=datetime(9998, 12, 31),
    timezones=st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
IN_REACH = st.integers(-62_000_000_000_000_000, 253_000_000_000_000_000)


@given(moments, st.sampled_from("Tt "))
def test_any_form_of_a_time_is_the_same_instant(moment: datetime, divider: str) -> None:
    expected = (moment - EPOCH) // timedelta(microseconds=1)
    assert instant(moment.isoformat(divider)) == expected
    assert instant(moment.astimezone(UTC).isoformat().replace("+00:00", "z")) == expected


@given(IN_REACH, IN_REACH)
def test_string_order_is_time_order(first: int, second: int) -> None:
    assert (mtime_text(first * 1000) < mtime_text(second * 1000)) == (first < second)
    assert (time_text(first) < time_text(second)) == (first // 1_000_000 < second // 1_000_000)


@given(moments, moments)
def test_times_in_different_forms_are_brought_into_order(first: datetime, second: datetime) -> None:
    forms = first.isoformat(), second.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert (ordered(forms[0]) < ordered(forms[1])) == (first < second)
    assert len(ordered(forms[0])) == 27


@given(st.integers(-(10**22), 10**22))
def test_what_is_written_has_its_fixed_length_and_is_read_again(nanoseconds: int) -> None:
    text = mtime_text(nanoseconds)
    assert len(text) == 27
    assert ordered(text) == text
    assert len(time_text(nanoseconds // 1000)) == 20
    if abs(nanoseconds) < 10**18:
        assert instant(text) == nanoseconds // 1000


def test_times_are_rounded_down_also_before_1970() -> None:
    assert mtime_text(-1) == "1969-12-31T23:59:59.999999Z"
    assert mtime_text(1_768_487_400_123_456_789) == "2026-01-15T14:30:00.123456Z"
    assert time_text(-1) == "1969-12-31T23:59:59Z"


def test_times_past_the_calendar_are_clamped() -> None:
    assert mtime_text(10**30) == "9999-12-31T23:59:59.999999Z"
    assert mtime_text(-(10**30)) == "0001-01-01T00:00:00.000000Z"
    assert instant("9999-12-31T23:59:59-23:00") == instant("9999-12-31T23:59:59.999999Z")
    assert instant("0000-06-01T00:00:00Z") == instant("0001-01-01T00:00:00Z")


def test_digits_past_a_microsecond_are_dropped() -> None:
    assert instant("2026-01-15T14:30:00.1234569Z") == instant("2026-01-15T14:30:00.123456Z")


def test_a_leap_second_and_a_day_that_is_none_have_their_place_too() -> None:
    assert instant("2016-12-31T23:59:60Z") == instant("2017-01-01T00:00:00Z")
    assert instant("2026-02-31T00:00:00Z") == instant("2026-03-03T00:00:00Z")


@pytest.mark.parametrize(
    "text",
    [
        *["", "yesterday", "2026-01-15", "2026-01-15T14:30:00", "2026-13-15T14:30:00Z", "2026-01-15T24:00:00Z"],
        *["2026-01-15T14:30:00Z\n", "٢٠٢٦-01-15T14:30:00Z", "2026-01-15T14:30:00.Z", "2026-01-15T14:30:00+2400"],
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadTimeError, match="is not a time"):
        instant(text)


def test_the_clock_can_be_given() -> None:
    assert now_text(lambda: 1_768_487_400.9) == "2026-01-15T14:30:00Z"
    assert len(now_text()) == 20


def test_an_hour_is_cut_in_utc() -> None:
    assert hour_text("2026-02-16T09:59:59Z") == "2026-02-16T09:00:00Z"
    assert hour_text("2026-02-16T09:29:59+00:30") == "2026-02-16T08:00:00Z"
