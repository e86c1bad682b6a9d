"""What was asked of one file before a mount entry showed it or not, line by line."""

from __future__ import annotations

from typing import NamedTuple

from mosaicfs.model.filing import FileRow
from mosaicfs.model.tree import Shown, TraceLine
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.directories import parent_and_name
from mosaicfs.tree.mounted import Mounted


class Traced(NamedTuple):
    """Where no line is decisive, the default of the mount entry was."""

    lines: tuple[TraceLine, ...]
    passes: bool


def traced(asking: Asking, mounted: Mounted, row: FileRow) -> Traced:
    """Gates of ancestors first, then those of the directory, then the mount entry's own steps."""
    rule = mounted.rule
    lines: list[TraceLine] = []
    for gate in rule.gates:
        asked, verdict = gate.steps.trace(row, asking, from_path=gate.from_path, mount_id=gate.mount_id, gate=True)
        lines += asked
        if verdict.outcome == "exclude":
            return Traced(tuple(lines), False)
    own, verdict = rule.own.trace(row, asking, from_path=mounted.path, mount_id=mounted.mount.mount_id)
    outcome = rule.default if verdict.outcome == "through" else verdict.outcome
    return Traced((*lines, *own), outcome == "include")


def included_by(asking: Asking, mounted: Mounted, row: FileRow) -> TraceLine | None:
    """The step that included a file which is shown; None where the default did."""
    own = mounted.rule.own
    if own.is_empty or own.verdict(row, asking).outcome == "through":
        return None
    return own.trace(row, asking, from_path=mounted.path, mount_id=mounted.mount.mount_id)[0][-1]


def row_of(shown: Shown) -> FileRow:
    """What a listing says of a file is all that steps ask of one; the store's number of it they never ask."""
    assert shown.file_id is not None
    assert shown.node_id is not None
    assert shown.mtime is not None
    folder, name = parent_and_name(shown.export_path or "/")
    return FileRow(0, shown.file_id, shown.inode, shown.node_id, folder, name, shown.size, shown.mtime, shown.mime_type)
