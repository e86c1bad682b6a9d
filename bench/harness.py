"""Measuring one thing against another in the same run.

Absolute figures swing with the machine and with whoever shares it, so a benchmark is a ratio: both sides take turns,
and the medians are compared. What is measured is in the modules beside this one.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from statistics import median
from typing import NamedTuple


class Side(NamedTuple):
    """`run` does the whole work once, set-up included, and returns the seconds that count."""

    name: str
    run: Callable[[], float]


class Target(NamedTuple):
    ratio: float
    words: str


class Comparison(NamedTuple):
    """Seconds of each turn. `amount` is how many of `unit` one turn handles."""

    title: str
    unit: str
    amount: float
    ours: str
    peer: str
    our_seconds: tuple[float, ...]
    peer_seconds: tuple[float, ...]
    target: Target | None = None

    @property
    def ratio(self) -> float:
        """How many times as fast as the peer."""
        return median(self.peer_seconds) / median(self.our_seconds)

    @property
    def met(self) -> bool:
        return self.target is None or self.ratio >= self.target.ratio

    def rate(self, seconds: tuple[float, ...]) -> float:
        return self.amount / median(seconds)


def compare(
    title: str, ours: Side, peer: Side, *, amount: float, unit: str, repeats: int = 3, target: Target | None = None
) -> Comparison:
    """Take turns, so that a slow minute of the machine is everybody's."""
    turns = [(ours.run(), peer.run()) for _ in range(repeats)]
    our_seconds, peer_seconds = zip(*turns, strict=True)
    return Comparison(title, unit, amount, ours.name, peer.name, our_seconds, peer_seconds, target)


def report(bench: str, comparisons: list[Comparison], facts: dict[str, float | str] | None = None) -> bool:
    """Print a table for people and one line of JSON for programs. False when a target was missed."""
    print(f"\n{bench} on {_machine()}")
    for each in comparisons:
        print(f"  {each.title}")
        print(f"    {each.ours:<28} {each.rate(each.our_seconds):>12,.0f} {each.unit}/s{_spread(each.our_seconds)}")
        print(f"    {each.peer:<28} {each.rate(each.peer_seconds):>12,.0f} {each.unit}/s{_spread(each.peer_seconds)}")
        print(f"    {'ratio':<28} {each.ratio:>12.2f} {_verdict(each)}".rstrip())
    for name, value in (facts or {}).items():
        print(f"  {name:<30} {value:>12,.0f}" if isinstance(value, float | int) else f"  {name:<30} {value}")
    print(json.dumps(_record(bench, comparisons, facts or {})), flush=True)
    return all(each.met for each in comparisons)


def _spread(seconds: tuple[float, ...]) -> str:
    """How far the turns lay apart: what a difference must exceed to mean something."""
    return f"  ±{(max(seconds) - min(seconds)) / 2 / median(seconds):.0%}" if len(seconds) > 1 else ""


def _verdict(each: Comparison) -> str:
    if each.target is None:
        return ""
    return f"{'met' if each.met else 'MISSED'}: {each.target.words}"


def _record(bench: str, comparisons: list[Comparison], facts: dict[str, float | str]) -> dict[str, object]:
    return {
        "bench": bench,
        "machine": _machine(),
        "comparisons": [each._asdict() | {"ratio": round(each.ratio, 3), "met": each.met} for each in comparisons],
        "facts": facts,
    }


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, Python {sys.version.split()[0]}"
