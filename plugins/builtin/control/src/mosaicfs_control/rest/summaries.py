"""An explanation in one sentence."""

from __future__ import annotations

from mosaicfs.model.directory import Mount
from mosaicfs.model.tree import Explanation


def summary_of(found: Explanation, mount: Mount | None) -> str:
    match found.result:
        case "visible":
            return _visible(found, mount)
        case "excluded":
            return _excluded(found, mount)
        case "hidden_by_conflict":
            winner = "" if found.winner is None else f": {found.winner.file_id} is shown under the name"
            return f"Another file of the same name is newer{winner}."
        case "shadowed":
            return f"The directory {found.shadowed_by} has this path and alone decides what is in it."
        case "invalid_name":
            return f"A name on its way cannot be shown in a directory: {found.component!r}."
        case "deleted":
            return f"The file was deleted at its source{_since(found)}."
        case "disabled_import":
            return f"The import that it comes from is disabled{_since(found)}."
        case "no_source":
            nearest = "" if found.nearest is None else f"; the nearest is {found.nearest}"
            return f"No mount entry of {found.directory or 'this directory'} covers the file{nearest}."
    nearest = "" if found.nearest is None else f"; {found.nearest} exists"
    return f"Nothing is shown under this name{nearest}."


def _visible(found: Explanation, mount: Mount | None) -> str:
    if found.origin == "document":
        return "It is a directory that somebody has made."
    if found.mount_id is None:
        return "MosaicFS shows it by itself."
    what = "makes it appear" if found.origin == "synthetic" else "shows it"
    return f"Mount {found.mount_id} of {found.directory} {what}; {_decision(found, mount)}."


def _excluded(found: Explanation, mount: Mount | None) -> str:
    last = found.trace[-1] if found.trace else None
    if last is None or last.outcome != "excluded":
        return f"No step of mount {found.mount_id} of {found.directory} lets it through; {_decision(found, mount)}."
    step = "a step" if last.step is None else f"step {last.step}"
    op = f" ({last.step_fields['op']})" if "op" in last.step_fields else ""
    of = f"mount {last.mount_id} of {last.from_path}" if last.mount_id is not None else f"the gate of {last.from_path}"
    return f"It is excluded by {step}{op} of {of}."


def _decision(found: Explanation, mount: Mount | None) -> str:
    last = found.trace[-1] if found.trace else None
    if last is not None and last.outcome == "included":
        return f"step {last.step} includes it"
    default = "include" if mount is None else mount.default_result
    return f"no step decided, the default is {default}"


def _since(found: Explanation) -> str:
    return "" if found.since is None else f" on {found.since}"
