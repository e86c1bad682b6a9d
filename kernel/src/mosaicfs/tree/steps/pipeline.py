"""Steps asked one after the other until one decides.

A step that is no filter (`include`, `exclude`) decides when it matches, a filter (`continue`) when it does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Final, Literal, NamedTuple

from msgspec import to_builtins

from mosaicfs.model.filing import FileRow
from mosaicfs.model.json import JsonObject
from mosaicfs.model.noun import UNKNOWN
from mosaicfs.model.step import OnMatch, Step
from mosaicfs.model.tree import Problem, TraceLine
from mosaicfs.tree.steps.op import Asked, Needs, Op
from mosaicfs.tree.steps.ops import OPS, ReadStep, read_step

Outcome = Literal["include", "exclude", "through"]


class Verdict(NamedTuple):
    """`through` is the end of the list. Time alone changes nothing before `until`."""

    outcome: Outcome
    until: float


INCLUDED: Final = Verdict("include", inf)
EXCLUDED: Final = Verdict("exclude", inf)
THROUGH: Final = Verdict("through", inf)

_ON_FINAL: Final[dict[OnMatch, tuple[Verdict | None, Verdict | None]]] = {
    "continue": (EXCLUDED, None),
    "include": (None, INCLUDED),
    "exclude": (None, EXCLUDED),
}
"""What follows from a final answer, false first; None asks the next step."""


class _Compiled(NamedTuple):
    """`on_raw` is what follows from the op's own answer, before `invert`."""

    place: int
    step: Step
    op: Op
    on_raw: tuple[Verdict | None, Verdict | None]


class Steps:
    """`is_empty` where no step has an effect."""

    def __init__(self, asked: Sequence[_Compiled], problems: Sequence[Problem], steps: Sequence[Step]) -> None:
        self.needs = Needs()
        for each in asked:
            self.needs |= each.op.needs
        self.problems = tuple(problems)
        self.is_empty = not asked
        self._steps = tuple(steps)
        self._asked = {each.place: each for each in asked}
        self._skipped = {problem.step: problem for problem in problems}
        self._questions = tuple((each.op.matches, each.on_raw) for each in asked)
        self._timed = tuple((each.op, each.on_raw) for each in asked)

    def verdict(self, row: FileRow, asked: Asked) -> Verdict:
        if self.needs.time:
            return self._timed_verdict(row, asked)
        for matches, on_raw in self._questions:
            decided = on_raw[matches(row, asked)]
            if decided is not None:
                return decided
        return THROUGH

    def _timed_verdict(self, row: FileRow, asked: Asked) -> Verdict:
        """It rests on every step that was asked, so it holds until the first of them may answer otherwise."""
        until = inf
        for op, on_raw in self._timed:
            if op.needs.time:
                until = min(until, op.until(row, asked))
            decided = on_raw[op.matches(row, asked)]
            if decided is not None:
                return Verdict(decided.outcome, until)
        return Verdict("through", until)

    def trace(
        self, row: FileRow, asked: Asked, *, from_path: str, mount_id: str | None, gate: bool = False
    ) -> tuple[list[TraceLine], Verdict]:
        """The steps that were asked, in order. What a mount entry's own step includes, a gate's lets through."""
        verdict = self.verdict(row, asked)
        lines: list[TraceLine] = []
        for line in self._lines(row, asked, from_path, mount_id, gate):
            lines.append(line)
            if line.outcome not in ("next", "skipped"):
                break
        return lines, verdict

    def _lines(
        self, row: FileRow, asked: Asked, from_path: str, mount_id: str | None, gate: bool
    ) -> Iterator[TraceLine]:
        for index, step in enumerate(self._steps):
            known = self._asked.get(index)
            raw = None if known is None else known.op.matches(row, asked)
            yield TraceLine(
                from_path=from_path,
                mount_id=mount_id,
                step=index,
                step_fields=_fields(step),
                raw_match=raw,
                final_match=None if raw is None else raw != bool(step.invert),
                outcome="skipped" if known is None or raw is None else _told(known.on_raw[raw], gate),
                problem=self._skipped[index].message if known is None else None,
                measured=None if known is None else known.op.measured(row, asked),
            )


def compile_steps(steps: Sequence[Step]) -> Steps:
    found = [read_step(step) for step in steps]
    asked = [
        _Compiled(index, step, read.op, _on_raw(step))
        for index, (step, read) in enumerate(zip(steps, found, strict=True))
        if read.op is not None
    ]
    problems = [
        _problem(index, step, read)
        for index, (step, read) in enumerate(zip(steps, found, strict=True))
        if read.op is None
    ]
    return Steps(asked, problems, steps)


def _on_raw(step: Step) -> tuple[Verdict | None, Verdict | None]:
    no, yes = _ON_FINAL[step.on_match]
    return (yes, no) if step.invert else (no, yes)


def _problem(index: int, step: Step, read: ReadStep) -> Problem:
    if step.op not in OPS:
        message = f"Step {index} has no effect: the op {step.op[:60]!r} is not known here."
        return Problem(code="unknown_op", message=message, step=index)
    faults = "; ".join(f"{name} {trouble}" for name, trouble in read.faults)
    return Problem(code="invalid_step", message=f"Step {index} ({step.op}) has no effect: {faults}.", step=index)


def _told(decided: Verdict | None, gate: bool) -> Literal["next", "through", "included", "excluded"]:
    if decided is None:
        return "next"
    if decided is EXCLUDED:
        return "excluded"
    return "through" if gate else "included"


def _fields(step: Step) -> JsonObject:
    """As they are stored, `op` first."""
    known = to_builtins(step)
    parameters = known.pop(UNKNOWN, {})
    on_match = known.pop("on_match")
    op = known.pop("op")
    return {"op": op, **parameters, **known, "on_match": on_match}
