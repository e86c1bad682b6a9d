"""The op `annotation`: what a plugin has learnt about a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeGuard

from mosaicfs.model.filing import FileRow
from mosaicfs.model.json import Json
from mosaicfs.model.names import is_plugin_name
from mosaicfs.tree.steps.engine import Found
from mosaicfs.tree.steps.op import Asked, Needs, Op
from mosaicfs.tree.steps.parameters import Parameters
from mosaicfs.tree.steps.regexes import read_expression

_MOST_DIGITS = 9


class Annotation(Op):
    def __init__(self, plugin_name: str, key: str, value: Json, found: Found | None) -> None:
        self.needs = Needs(annotations=frozenset([plugin_name]))
        self._plugin_name = plugin_name
        self._segments = segments(key)
        self._value = value
        self._found = found

    def matches(self, row: FileRow, asked: Asked) -> bool:
        data = asked.annotation(row.file_id, self._plugin_name)
        there = looked_up(data, self._segments)
        if there is None:
            return False
        return self._satisfies(there) or (_is_array(there) and any(map(self._satisfies, there)))

    def _satisfies(self, value: Json) -> bool:
        if self._value is not None and not same(self._value, value):
            return False
        return self._found is None or (isinstance(value, str) and self._found(value))


def read(parameters: Parameters) -> Annotation:
    plugin_name, key = parameters.text("plugin_name"), parameters.text("key")
    if isinstance(parameters.value("plugin_name"), str) and not is_plugin_name(plugin_name):
        parameters.fault("plugin_name", "is not the name of a plugin, such as exif or ocr@office")
    expression = parameters.optional_text("regex")
    found = None if expression is None else read_expression(parameters, "regex", expression)
    return Annotation(plugin_name, key, parameters.value("value"), found)


# --- dotted paths ------------------------------------------------------------------------------------------------

_parts = re.compile(r"\\(?P<escaped>[.\\])|(?P<dot>\.)|(?P<plain>.)", re.DOTALL).finditer


def segments(key: str) -> tuple[str, ...]:
    r"""Split at dots; `\.` is a dot and `\\` a backslash."""
    found = [""]
    for part in _parts(key):
        if part["dot"]:
            found.append("")
        else:
            found[-1] += part["escaped"] or part["plain"]
    return tuple(found)


def looked_up(data: Json, path: Sequence[str]) -> Json:
    """None where the path leads nowhere."""
    for segment in path:
        if isinstance(data, Mapping):
            data = data.get(segment)
        elif _is_array(data) and segment.isascii() and segment.isdigit() and len(segment) <= _MOST_DIGITS:
            data = data[int(segment)] if int(segment) < len(data) else None
        else:
            return None
    return data


def same(one: Json, other: Json) -> bool:
    """Equal as JSON: `1` is `1.0`, and neither `"1"` nor `true`."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if _is_array(one) and _is_array(other):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _is_array(value: Json) -> TypeGuard[Sequence[Json]]:
    return isinstance(value, Sequence) and not isinstance(value, str)
