"""What is wrong with steps before they are saved, each fault with the name of its field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mosaicfs.model.step import Step
from mosaicfs.tree.steps.ops import read_step
from mosaicfs.tree.steps.parameters import Fault

MOST = 100


def faults(steps: Sequence[Step], place: str) -> list[Fault]:
    """`place` is the name of the list, such as `mounts[0].steps`. An op that nobody here knows is no fault."""
    return list(_faults(steps, place))


def _faults(steps: Sequence[Step], place: str) -> Iterator[Fault]:
    if len(steps) > MOST:
        yield place, f"has {len(steps)} steps; at most {MOST} are possible"
        return
    for index, step in enumerate(steps):
        if not step.op:
            yield f"{place}[{index}].op", "is empty"
        for name, trouble in read_step(step).faults:
            yield f"{place}[{index}].{name}", trouble
