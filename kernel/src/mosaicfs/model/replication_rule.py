"""Which files are to be copied to a target."""

from __future__ import annotations

from mosaicfs.model.noun import Noun, written
from mosaicfs.model.step import Step, StepResult
from mosaicfs.model.times import Time


class RuleSource(Noun, frozen=True, kw_only=True):
    """`node_id` may be `*`; `path_prefix` ends in `/`."""

    node_id: str
    path_prefix: str | None = None


class ReplicationRule(Noun, frozen=True, kw_only=True, tag_field="type", tag="replication_rule"):
    name: str
    target_name: str
    enabled: bool
    created_at: Time
    updated_at: Time
    source: RuleSource
    steps: tuple[Step, ...] = written(())
    default_result: StepResult = written("include")
