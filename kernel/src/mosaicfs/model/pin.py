"""What must be on one node completely, to be read offline."""

from __future__ import annotations

from typing import Literal, TypeAlias

from mosaicfs.model.directory import MountSource
from mosaicfs.model.noun import Count, Noun, written
from mosaicfs.model.step import Step, StepResult
from mosaicfs.model.times import Time

PinState: TypeAlias = Literal["none", "wanted", "fetching", "kept", "blocked"]
"""Of a file on this machine: in no pin; still to be fetched; coming; all here; without room in the budget of a pin."""


class PinRule(Noun, frozen=True, kw_only=True):
    source: MountSource
    steps: tuple[Step, ...] = written(())
    default_result: StepResult = written("include")


class PinScope(Noun, frozen=True, kw_only=True):
    """Exactly one of the four; a scope of a newer version has none of them and pins nothing."""

    path: str | None = None
    labels: tuple[str, ...] | None = None
    rule: PinRule | None = None
    search: str | None = None


class Pin(Noun, frozen=True, kw_only=True, tag_field="type", tag="pin"):
    """`budget_bytes` bounds this pin alone; a higher `priority` is filled first."""

    node_id: str
    name: str
    enabled: bool = written(True)
    created_at: Time
    scope: PinScope
    budget_bytes: Count = written(10_737_418_240)
    expires_at: Time | None = None
    priority: int = written(0)
