"""One step of a pipeline that decides which files a rule lets through."""

from __future__ import annotations

from typing import Literal

from mosaicfs.model.json import Json
from mosaicfs.model.noun import Noun, written

OnMatch = Literal["include", "exclude", "continue"]
StepResult = Literal["include", "exclude"]


class Step(Noun, frozen=True, kw_only=True):
    """What the step is asked with is free: a step with parameters that make no sense has no effect and is kept."""

    op: str
    invert: bool | None = None
    on_match: OnMatch = written("continue")

    @property
    def parameters(self) -> dict[str, Json]:
        return self.unknown
