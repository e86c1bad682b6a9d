"""Sizes and times for people."""

from datetime import UTC, datetime, timedelta

import pytest

from mosaicfs_cli.showing import ago, files, size

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (None, ""),
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (204_800, "200 KiB"),
        (1_153_434, "1.1 MiB"),
        (1024**2 - 1, "1.0 MiB"),
        (int(1.4 * 1024**3), "1.4 GiB"),
        (112 * 1024**3, "112 GiB"),
        (5000 * 1024**5, "5,000 PiB"),
    ],
)
def test_sizes(given: int | None, shown: str) -> None:
    assert size(given) == shown


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(hours=30), "yesterday"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=21), "3 weeks ago"),
        (timedelta(days=70), "2 months ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(days=-9), "2026-03-29"),
    ],
)
def test_times(age: timedelta, shown: str) -> None:
    assert ago((NOW - age).isoformat(), NOW) == shown


@pytest.mark.parametrize("time", ["", "soon", "2026-13-45T00:00:00Z", "2026-03-20T12:00:00"])
def test_what_is_no_time_is_shown_as_it_is(time: str) -> None:
    assert ago(time, NOW) == time


def test_one_file_is_one_file() -> None:
    assert (files(1), files(39_218)) == ("1 file", "39,218 files")
