"""Figures that have a most, told as a table for people and one line of JSON for programs."""

from __future__ import annotations

import json
from typing import NamedTuple


class Budget(NamedTuple):
    name: str
    value: float
    most: float
    unit: str

    @property
    def met(self) -> bool:
        return self.value <= self.most


def told(bench: str, budgets: list[Budget], facts: dict[str, float]) -> bool:
    """Whether all were met."""
    print(f"\n{bench}")
    for each in budgets:
        verdict = "" if each.met else "  MISSED"
        print(f"  {each.name:<44} {each.value:>10,.2f} of {each.most:>8,g} {each.unit}{verdict}")
    figures = [{**each._asdict(), "met": each.met} for each in budgets]
    print(json.dumps({"bench": bench, "budgets": figures, "facts": facts}), flush=True)
    return all(each.met for each in budgets)
