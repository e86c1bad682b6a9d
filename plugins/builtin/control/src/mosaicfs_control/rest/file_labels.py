"""Labels of files as callers see them: the texts alone, or with where each comes from."""

from __future__ import annotations

from collections.abc import Sequence

from mosaicfs.model.tree import GivenLabel
from mosaicfs_control.rest.file_object import ShownLabel
from mosaicfs_control.rest.routing import Call


def shown_labels(given: Sequence[GivenLabel]) -> list[ShownLabel]:
    return [
        ShownLabel(label=each.label, source="rule", rule_id=each.rule_id, rule_name=each.rule_name)
        if each.rule_id
        else ShownLabel(label=each.label, source="direct")
        for each in given
    ]


async def labels_of_file(call: Call, file_id: str) -> list[ShownLabel]:
    [given] = await call.kernel.tree.labels_of([file_id])
    return shown_labels(given)
