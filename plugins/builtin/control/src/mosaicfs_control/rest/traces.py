"""Lines of a trace as callers see them: which step was asked, what it found, what followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.noun import Noun
from mosaicfs.model.tree import TraceLine


class ShownTraceLine(Noun, frozen=True, kw_only=True, rename={"from_path": "from"}):
    """Besides these it has the members of the step itself: `op`, `invert`, `on_match` and what it is asked with."""

    from_path: str
    mount_id: str | None = None
    step: int | None = None
    op: str | None = None
    invert: bool | None = None
    on_match: str | None = None
    raw_match: bool | None = None
    final_match: bool | None = None
    outcome: Literal["next", "through", "included", "excluded", "skipped"]
    problem: str | None = None
    measured: Json = None


_COMPUTED = ("mount_id", "step")
_FOUND = ("raw_match", "final_match")
_AFTER = ("problem", "measured")


def shown_line(line: TraceLine) -> JsonObject:
    """A member of a step can take the place of none of ours."""
    return {
        "from": line.from_path,
        **_there(line, _COMPUTED),
        **{name: value for name, value in line.step_fields.items() if name not in TraceLine.__struct_encode_fields__},
        **_there(line, _FOUND),
        "outcome": line.outcome,
        **_there(line, _AFTER),
    }


def shown_trace(trace: Sequence[TraceLine]) -> list[JsonObject]:
    return [shown_line(line) for line in trace]


def _there(line: TraceLine, names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(line, name)) is not None}
