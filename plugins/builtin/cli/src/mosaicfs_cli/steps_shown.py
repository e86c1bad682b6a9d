"""Rules in words: a step, a source, a mount entry. A step that this version does not know is shown as it is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from mosaicfs_cli import showing
from mosaicfs_cli.reading import count, items, number, optional_text, part, text, texts

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

_EVERY_STEP = frozenset({"op", "invert", "on_match"})
_BESIDES = _EVERY_STEP | {
    *("from", "mount_id", "step", "raw_match", "final_match", "outcome", "measured", "problem"),
}
"""What a line of a trace has beside the fields of its step."""


def step_shown(step: JsonObject) -> str:
    """`glob *.tmp → exclude`."""
    op = text(step, "op")
    said = _SAYS[op](step) if op in _SAYS else _as_stored(step)
    negated = "not " if step.get("invert") is True else ""
    return f"{negated}{op} {said}".rstrip() + f" → {text(step, 'on_match') or 'continue'}"


def numbered(steps: Sequence[JsonObject]) -> list[tuple[str, str]]:
    return [(str(at), step_shown(step)) for at, step in enumerate(steps)]


def source_shown(source: JsonObject, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """`Laptop:/home/ana/Documents`, `label work`, `search ext:pdf`."""
    if node := optional_text(source, "node_id"):
        return f"{names.get(node, node)}:{text(source, 'export_path')}"
    for kind, said in (("label", "label"), ("search", "search"), ("federated_import_id", "import")):
        if found := optional_text(source, kind):
            most = number(source, "limit")
            return f"{said} {found}" + (f", at most {showing.counted(most)}" if most is not None else "")
    return json.dumps(dict(source), ensure_ascii=False)


def mount_shown(mount: JsonObject, names: Mapping[str, str]) -> str:
    """`Laptop:/home/ana/Documents, prefix_replace`, with the prefix where it is not the source itself."""
    source = part(mount, "source")
    said = [source_shown(source, names), text(mount, "strategy")]
    prefix = text(mount, "source_prefix")
    if prefix and prefix != text(source, "export_path"):
        said.append(f"without {prefix}")
    if text(mount, "conflict_policy") == "suffix_node_id":
        said.append("all of one name shown")
    return ", ".join(said)


def mount_ends(mount: JsonObject) -> str:
    return text(mount, "default_result") or "include"


def steps_of(given: JsonObject) -> list[JsonObject]:
    return list(items(given, "steps"))


def _glob(step: JsonObject) -> str:
    return _flagged(text(step, "pattern"), text(step, "flags"))


def _regex(step: JsonObject) -> str:
    return _flagged(f"/{text(step, 'pattern')}/", text(step, "flags"))


def _flagged(pattern: str, flags: str) -> str:
    return f"{pattern} ({flags})" if flags else pattern


def _days(step: JsonObject) -> str:
    return _bounds(step.get("min_days"), step.get("max_days"), lambda value: f"{value} days")


def _accessed(step: JsonObject) -> str:
    missing = " or never" if text(step, "missing") != "exclude" else ""
    return f"{_days(step)}{missing}"


def _size(step: JsonObject) -> str:
    return _bounds(step.get("min_bytes"), step.get("max_bytes"), _bytes)


def _bytes(value: object) -> str:
    return showing.size(value) if isinstance(value, int) else str(value)


def _bounds(least: object, most: object, said: Callable[[object], str]) -> str:
    """`≥ 10 days, ≤ 90 days`."""
    bounds = [f"{sign} {said(value)}" for sign, value in (("≥", least), ("≤", most)) if value is not None]
    return ", ".join(bounds)


def _annotation(step: JsonObject) -> str:
    where = f"{text(step, 'plugin_name')}/{text(step, 'key')}"
    value = f" = {json.dumps(step['value'], ensure_ascii=False)}" if "value" in step else ""
    return where + value + (f" ~ /{text(step, 'regex')}/" if "regex" in step else "")


def _replicated(step: JsonObject) -> str:
    return f"{text(step, 'target_name')} is {text(step, 'status') or 'current'}"


def _as_stored(step: JsonObject) -> str:
    fields = {name: value for name, value in step.items() if name not in _BESIDES}
    return json.dumps(fields, ensure_ascii=False) if fields else ""


_SAYS: Mapping[str, Callable[[JsonObject], str]] = MappingProxyType(
    {
        "glob": _glob,
        "regex": _regex,
        "age": _days,
        "size": _size,
        "mime": lambda step: ", ".join(texts(step, "types")),
        "node": lambda step: ", ".join(texts(step, "node_ids")),
        "label": lambda step: " and ".join(texts(step, "labels")),
        "replicated": _replicated,
        "access_age": _accessed,
        "annotation": _annotation,
    }
)


def counters(answer: JsonObject) -> Iterator[str]:
    """What is not shown of a listing or preview, a sentence for each reason."""
    for name, one, many in _HIDDEN:
        if found := count(answer, name):
            yield f"{showing.counted(found)} {one if found == 1 else many}"


_HIDDEN = (
    (
        "hidden_by_conflict",
        "file is hidden by a newer one of its name",
        "files are hidden by newer ones of their names",
    ),
    ("shadowed", "file is hidden by a directory of its path", "files are hidden by directories of their paths"),
    ("invalid_names", "file has a name that no directory can show", "files have names that no directory can show"),
)


def problems(answer: JsonObject, mount_id: str = "") -> Iterator[str]:
    """Of all mount entries, or of one."""
    for each in items(answer, "problems"):
        if mount_id and text(each, "mount_id") != mount_id:
            continue
        where = f"mount {text(each, 'mount_id')}: " if text(each, "mount_id") else ""
        yield f"{where}{text(each, 'message') or text(each, 'code')}"
