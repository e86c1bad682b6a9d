"""Which files a mount entry lets through: the gates above it, then its own steps, then its default."""

from __future__ import annotations

import math
from typing import NamedTuple

from mosaicfs.model.filing import FileRow
from mosaicfs.model.step import StepResult
from mosaicfs.tree.steps import Asked, Needs, Steps


class Gate(NamedTuple):
    """Steps a file must get through before others are asked. `mount_id` where they are those of a mount entry."""

    from_path: str
    mount_id: str | None
    steps: Steps


class Rule:
    """`gates` in the order in which they are asked, those of the directory itself last."""

    def __init__(self, gates: tuple[Gate, ...], own: Steps, default: StepResult) -> None:
        self.gates = gates
        self.own = own
        self.default = default
        self._asked = tuple(gate.steps for gate in gates if not gate.steps.is_empty)

    @property
    def always(self) -> bool | None:
        """The answer where no step has an effect; None where files must be looked at."""
        return None if self._asked or not self.own.is_empty else self.default == "include"

    @property
    def needs(self) -> Needs:
        needs = self.own.needs
        for steps in self._asked:
            needs |= steps.needs
        return needs

    def passes(self, row: FileRow, asked: Asked) -> tuple[bool, float]:
        """And until when that holds, if nothing but time goes on. What excludes decides alone."""
        until = math.inf
        for steps in self._asked:
            outcome, holds = steps.verdict(row, asked)
            if outcome == "exclude":
                return False, holds
            until = min(until, holds)
        outcome, holds = self.own.verdict(row, asked)
        if outcome == "exclude":
            return False, holds
        return outcome == "include" or self.default == "include", min(until, holds)

    def same_as(self, other: Rule) -> bool:
        """Equal steps of one directory are compiled once, so those that stayed are the same."""
        return (
            self.own is other.own
            and self.default == other.default
            and len(self._asked) == len(other._asked)
            and all(mine is its for mine, its in zip(self._asked, other._asked, strict=True))
        )
