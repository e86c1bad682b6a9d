"""An explanation in words: where it is, why, its labels, its copies, how it would be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from mosaicfs_cli import showing
from mosaicfs_cli.output import aligned, columns, fitted, is_for_people, printable
from mosaicfs_cli.reading import count, items, number, optional_text, part, text, texts
from mosaicfs_cli.steps_shown import source_shown, step_shown
from mosaicfs_cli.verbs.labels.effective import origin

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.asking import Shown

Names = Mapping[str, str]
Sources = Mapping[str, "JsonObject"]

_INDENT = "  "
_WIDTH = 12
_OUTCOMES = {
    "next": "next",
    "through": "through this gate",
    "included": "included",
    "excluded": "excluded",
    "skipped": "without effect",
}
_PLAIN_WAYS = ("", "local", "peer", "replica")
"""Those that are understood by where the copy is."""
_RESULTS = {
    "visible": "Here because",
    "excluded": "Not here:",
    "hidden_by_conflict": "Hidden:",
    "shadowed": "Hidden:",
    "invalid_name": "Not here:",
    "deleted": "Deleted:",
    "disabled_import": "Not here:",
    "no_source": "Not here:",
    "not_found": "Not found:",
}


def explained(answer: JsonObject, sources: Sources, names: Names, shown: Shown) -> Iterator[str]:
    """Of one path, or of each place where a file is. `sources` by the ids of the files."""
    if "items" not in answer:
        yield from _why(answer, sources, names)
        yield from _about(answer, names, shown)
        yield from _named("Also at", texts(answer, "also_at"))
        return
    places = list(items(answer))
    for each in places:
        yield from _why(each, sources, names)
    if not places:
        yield "It is shown nowhere in the tree. Why not there: mosaicfs explain FILE --in DIR"
    for each in places[:1]:
        yield from _about(each, names, shown)


def _why(answer: JsonObject, sources: Sources, names: Names) -> Iterator[str]:
    yield _title(answer, sources, names)
    yield from _reason(answer)
    yield from _trace(answer)


def _about(answer: JsonObject, names: Names, shown: Shown) -> Iterator[str]:
    """What is so wherever the file is shown."""
    labels = (f"{text(each, 'label')} ({origin(each)})" for each in items(answer, "labels"))
    yield from _named("Labels", [", ".join(labels)])
    yield from _named("Copies", _copies(answer, names, shown))
    yield from _named("A read now", _read(answer, names))


def _title(answer: JsonObject, sources: Sources, names: Names) -> str:
    path, file_id = text(answer, "path") or "This file", text(answer, "file_id")
    if file_id not in sources:
        return f"{path}   {file_id}".rstrip()
    is_ = "would be" if text(answer, "result") != "visible" else "is"
    is_ = "is a directory with" if text(answer, "kind") == "directory" else is_
    return f"{path} {is_} {source_shown(sources[file_id], names)}   {file_id}"


def _reason(answer: JsonObject) -> Iterator[str]:
    result = text(answer, "result")
    said = text(answer, "summary").rstrip(".") or result.replace("_", " ")
    return _named(_RESULTS.get(result, "It is"), [said[:1].lower() + said[1:] if result == "visible" else said])


def _trace(answer: JsonObject) -> Iterator[str]:
    """`/documents  step 0  glob *.tmp → exclude  no match, next`."""
    rows = [tuple(map(printable, _row(line))) for line in items(answer, "trace")]
    if is_for_people():
        rows = fitted(rows, columns() - len(_INDENT * 2))
    yield from aligned(rows, _INDENT * 2) if rows else ()


def _row(line: JsonObject) -> tuple[str, ...]:
    step, mount = number(line, "step"), optional_text(line, "mount_id")
    where = text(line, "from") + (f" {mount}" if mount else "")
    said = step_shown(line) if text(line, "op") else ""
    return where, "" if step is None else f"step {step}", said, _found(line)


def _found(line: JsonObject) -> str:
    """What it came to: what was measured where a bound was compared, else whether it matched."""
    outcome = _OUTCOMES.get(text(line, "outcome"), text(line, "outcome"))
    if problem := text(line, "problem"):
        return f"{outcome}: {problem}"
    if (measured := line.get("measured")) is not None:
        return f"{_measured(text(line, 'op'), measured)}, {outcome}"
    if line.get("raw_match") is None:
        return outcome
    return f"{'match' if line.get('raw_match') is True else 'no match'}, {outcome}"


def _measured(op: str, value: object) -> str:
    match value:
        case float() | int() if op in ("age", "access_age"):
            return f"{value:,.1f} days"
        case int() if op == "size":
            return showing.size(value)
        case list() | tuple():
            return ", ".join(map(str, value)) or "none"
    return str(value)


def _named(name: str, lines: Iterable[str]) -> Iterator[str]:
    """The name stands before the first line; what says nothing is left out."""
    for at, line in enumerate(line for line in lines if line):
        yield f"{_INDENT}{'' if at else name:<{_WIDTH}}{_INDENT}{line}"


def _copies(answer: JsonObject, names: Names, shown: Shown) -> Iterator[str]:
    rows = [_copy(each, names, shown) for each in items(answer, "copies")]
    yield from aligned(rows) if rows else ()


def _copy(copy: JsonObject, names: Names, shown: Shown) -> tuple[str, str]:
    where = text(copy, "where")
    said = [text(copy, "status") or ("current" if copy.get("current") is True else "")]
    if (tier := text(copy, "tier")) not in _PLAIN_WAYS:
        said.append(f"by {tier}")
    if copy.get("reachable") is False:
        reason = text(copy, "reason").replace("_", " ") or "not reachable"
        since = shown.time(text(copy, "since"))
        said.append(f"{reason}{f' since {since}' if since else ''}")
    if verified := text(copy, "verified_at"):
        said.append(f"verified {shown.time(verified)}")
    return names.get(where, where), ", ".join(filter(None, said))


def _read(answer: JsonObject, names: Names) -> list[str]:
    if "would_serve" not in answer:
        return []
    serving = part(answer, "would_serve")
    if not serving:
        reason = text(answer, "reason").replace("_", " ")
        return [f"impossible{f': {reason}' if reason else ''}"]
    where = text(serving, "where")
    said = [f"from {names.get(where, where) or text(serving, 'tier')}"]
    if network := count(serving, "network_bytes"):
        said.append(f"{showing.size(network)} over the network{' (metered)' if serving.get('metered') is True else ''}")
    if (estimated := number(serving, "estimated_ms")) is not None:
        said.append(f"about {estimated / 1000:.1f} s")
    return [", ".join(said)]
