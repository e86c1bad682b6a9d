"""Sizes and ages as people write them."""

from __future__ import annotations

import pytest

from mosaicfs_control.rest.amounts import age_s, size_bytes


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("10", 10),
        ("10K", 10_240),
        ("1.5G", 1_610_612_736),
        ("2tb", 2 * 1024**4),
        ("1.999k", 2_046),
        ("999999999999999T", 2**63 - 1),
        *[(wrong, None) for wrong in ("", "K", "-1", "1e3", "1,5K", "1KiB", "٣", "1" * 16, "1.2345K", "1\u212a")],
    ],
)
def test_sizes_are_powers_of_1024(text: str, size: int | None) -> None:
    assert size_bytes(text) == size


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("12h", 43_200),
        ("30d", 2_592_000),
        ("2w", 1_209_600),
        ("1m", 2_592_000),
        ("1y", 31_536_000),
        *[(wrong, None) for wrong in ("", "d", "30", "-1d", "30s", "1.5d", "٣d")],
    ],
)
def test_ages_are_hours_days_weeks_months_years(text: str, age: int | None) -> None:
    assert age_s(text) == age
