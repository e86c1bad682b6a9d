"""Files, steps and what they may ask for, written shortly."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from mosaicfs.model.filing import FileRow
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.step import OnMatch, Step
from mosaicfs.model.times import mtime_text
from mosaicfs.tree.steps import Verdict, compile_steps

NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z
DAY = 86_400


@dataclass
class Known:
    """Counts how often annotations were read."""

    now: float = NOW
    given: Collection[str] = ()
    accessed: float | None = None
    copies: Sequence[tuple[str, str]] = ()
    noted: Mapping[str, JsonObject] = field(default_factory=dict)
    notes_read: int = 0

    def labels(self, row: FileRow) -> Collection[str]:
        return self.given

    def last_access(self, file_id: str) -> float | None:
        return self.accessed

    def replicas(self, file_id: str) -> Sequence[tuple[str, str]]:
        return self.copies

    def annotation(self, file_id: str, plugin_name: str) -> JsonObject | None:
        self.notes_read += 1
        return self.noted.get(plugin_name)


def file(
    path: str = "/home/u/a.pdf",
    *,
    days: float = 0.0,
    size: int = 0,
    mime_type: str | None = None,
    node_id: str = "node-laptop",
) -> FileRow:
    """One that was changed so many days before `NOW`."""
    folder, _, name = path.rpartition("/")
    mtime = mtime_text(round((NOW - days * DAY) * 1_000_000) * 1_000)
    return FileRow(1, "file::1", 1, node_id, folder or "/", name, size, mtime, mime_type)


def step(op: str, on_match: OnMatch = "continue", *, invert: bool | None = None, **parameters: Json) -> Step:
    return Step(op=op, on_match=on_match, invert=invert, unknown=parameters)


def asking(op: str, parameters: Mapping[str, Json], on_match: OnMatch = "continue", *, invert: bool = False) -> Step:
    return Step(op=op, on_match=on_match, invert=invert, unknown=dict(parameters))


def verdict(row: FileRow, *steps: Step, known: Known | None = None) -> Verdict:
    return compile_steps(steps).verdict(row, known or Known())


def matches(row: FileRow, asked: Step, known: Known | None = None) -> bool:
    """Whether the op of one step with `on_match: "continue"` does; such a step has to have an effect."""
    compiled = compile_steps([asked])
    assert not compiled.problems
    return compiled.verdict(row, known or Known()).outcome == "through"
