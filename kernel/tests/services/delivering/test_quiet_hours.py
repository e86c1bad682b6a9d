"""Quiet hours: spans over midnight, several of them, zones, and what is no span."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.channel import ChannelOptions, quiet_until


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        ("22:00-07:00", "2026-02-16T21:59:59", None),
        ("22:00-07:00", "2026-02-16T22:00:00", "2026-02-17T07:00:00"),
        ("22:00-07:00", "2026-02-17T06:59:59", "2026-02-17T07:00:00"),
        ("22:00-07:00", "2026-02-17T07:00:00", None),
        ("12:00-13:00, 22:00-07:00", "2026-02-16T12:30:00", "2026-02-16T13:00:00"),
        ("22:00-02:00,02:00-07:00", "2026-02-16T23:00:00", "2026-02-17T07:00:00"),
        ("", "2026-02-16T23:00:00", None),
    ],
)
def test_it_is_quiet_from_the_beginning_of_a_span_until_before_its_end(quiet: str, now: str, until: str | None) -> None:
    found = quiet_until(ChannelOptions(quiet=quiet, timezone="UTC"), seconds(now))
    assert found == (None if until is None else seconds(until))


def test_hours_are_those_of_the_zone() -> None:
    options = ChannelOptions(quiet="22:00-07:00", timezone="America/New_York")
    assert quiet_until(options, seconds("2026-02-16T23:00:00")) is None
    assert quiet_until(options, seconds("2026-02-17T04:00:00")) == seconds("2026-02-17T12:00:00")


@given(st.integers(0, 2_000_000_000), st.integers(0, 1439), st.integers(1, 1439))
def test_the_end_of_a_silence_is_ahead_and_not_silent(now: int, begin: int, length: int) -> None:
    end = (begin + length) % 1440
    quiet = f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"
    options = ChannelOptions(quiet=quiet, timezone="UTC")
    until = quiet_until(options, now)
    if until is not None:
        assert now < until <= now + length * 60
        assert quiet_until(options, until) is None


@pytest.mark.parametrize(
    ("given_as", "trouble"),
    [
        ({"quiet": "22-7"}, "22-7"),
        ({"quiet": "25:00-07:00"}, "25:00"),
        ({"quiet": "07:00-07:00"}, "begins when it ends"),
        ({"timezone": "Mars/Phobos"}, "Mars/Phobos"),
    ],
)
def test_what_makes_no_sense_is_named(given_as: dict[str, str], trouble: str) -> None:
    with pytest.raises(ValueError, match=trouble):
        ChannelOptions(**given_as)  # type: ignore[arg-type]
