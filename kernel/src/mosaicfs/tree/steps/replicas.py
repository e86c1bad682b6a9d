"""The op `replicated`: files with a copy of a certain status on a target."""

from __future__ import annotations

from mosaicfs.model.filing import FileRow
from mosaicfs.tree.steps.op import Asked, Needs, Op
from mosaicfs.tree.steps.parameters import Parameters

STATUSES = ("current", "stale", "frozen", "pending_deletion", "any")


class Replicated(Op):
    needs = Needs(replicas=True)

    def __init__(self, target_name: str, status: str) -> None:
        self._target_name = target_name
        self._status = status

    def matches(self, row: FileRow, asked: Asked) -> bool:
        return any(
            target == self._target_name and self._status in (status, "any")
            for target, status in asked.replicas(row.file_id)
        )


def read(parameters: Parameters) -> Replicated:
    return Replicated(parameters.text("target_name"), parameters.choice("status", STATUSES, "current"))
