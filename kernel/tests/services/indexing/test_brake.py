"""When missing files are too many to be believed."""

from __future__ import annotations

import pytest

from mosaicfs.services.indexing.brake import WINDOW_S, Brake, Recently


@pytest.mark.parametrize(
    ("missing", "known", "held"),
    [
        (30, 1000, False),
        (300, 1000, True),
        (250, 1000, False),
        (251, 1000, True),
        (99, 200, False),
        (100, 200, True),
        (9, 9, False),
        (10, 10, True),
        (10, 11, False),
        (0, 0, False),
    ],
)
def test_a_part_of_many_and_all_of_a_few_are_held(missing: int, known: int, held: bool) -> None:
    assert Brake(0.25, 100).holds(missing, known) is held


def test_what_was_deleted_within_ten_minutes_counts_along() -> None:
    recently = Recently()
    recently.add(0.0, 40)
    recently.add(500.0, 2)
    assert recently.count(WINDOW_S) == 42
    assert recently.count(WINDOW_S + 1) == 2
    assert recently.count(2 * WINDOW_S) == 0
