"""What a benchmark says must be right even though its seconds are not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from bench.harness import Comparison, Side, Target, compare, report


def taking(seconds: list[float], told: list[str], name: str) -> Callable[[], float]:
    turns = iter(seconds)

    def run() -> float:
        told.append(name)
        return next(turns)

    return run


def compared(ours: list[float], peer: list[float], told: list[str] | None = None, target: float = 0) -> Comparison:
    told = told if told is not None else []
    return compare(
        "a thing",
        Side("ours", taking(ours, told, "ours")),
        Side("peer", taking(peer, told, "peer")),
        amount=100,
        unit="things",
        repeats=len(ours),
        target=Target(target, f"at least {target}"),
    )


def test_both_sides_take_turns() -> None:
    told: list[str] = []
    compared([1, 1], [1, 1], told)
    assert told == ["ours", "peer", "ours", "peer"]


def test_the_ratio_is_of_medians_so_one_slow_turn_says_nothing() -> None:
    assert compared([1, 1, 50], [2, 2, 2]).ratio == 2


def test_a_target_is_met_by_being_as_fast_as_it_says() -> None:
    assert compared([2], [1], target=0.5).met
    assert not compared([2.1], [1], target=0.5).met


def test_the_last_line_is_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert not report("trial", [compared([4], [1], target=0.5)], {"bytes": 12.0})
    told = capsys.readouterr().out.splitlines()
    assert any("MISSED: at least 0.5" in line for line in told)
    record = json.loads(told[-1])
    assert record["comparisons"][0]["ratio"] == 0.25
    assert record["facts"] == {"bytes": 12.0}
