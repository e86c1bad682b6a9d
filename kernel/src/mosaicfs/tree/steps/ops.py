"""The ten ops by name, and what of a step cannot be asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from mosaicfs.model.step import Step
from mosaicfs.tree.steps import annotated, globs, labels, mimes, nodes, regexes, replicas, sizes, times
from mosaicfs.tree.steps.op import Op
from mosaicfs.tree.steps.parameters import Fault, Parameters

OPS: Final[dict[str, Callable[[Parameters], Op]]] = {
    "glob": globs.read,
    "regex": regexes.read,
    "age": times.read_age,
    "size": sizes.read,
    "mime": mimes.read,
    "node": nodes.read,
    "label": labels.read,
    "replicated": replicas.read,
    "access_age": times.read_access_age,
    "annotation": annotated.read,
}


class ReadStep(NamedTuple):
    """`op` is None where the step has no effect: nobody here knows it, or its parameters have `faults`."""

    op: Op | None
    faults: tuple[Fault, ...] = ()


def read_step(step: Step) -> ReadStep:
    reader = OPS.get(step.op)
    if reader is None:
        return ReadStep(None)
    parameters = Parameters(step)
    op = reader(parameters)
    return ReadStep(None if parameters.faults else op, tuple(parameters.faults))
