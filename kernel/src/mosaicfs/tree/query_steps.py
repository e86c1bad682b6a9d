"""Terms of the query language that no index of names answers, as the steps that they stand for in a search directory.

Each takes what stands behind the name of the term, and raises `TermTroubleError` for what makes no sense.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.step import Step
from mosaicfs.tree.quantities import bounds
from mosaicfs.tree.steps import faults
from mosaicfs.tree.steps.times import DAY

_note = re.compile(r"(?P<plugin>[^/]+)/(?P<key>[^=~]+)(?:(?P<sign>[=~])(?P<asked>.*))?", re.DOTALL).fullmatch


class TermTroubleError(ValueError):
    """Its text goes on after the term that it is about."""


def step_of(name: str, value: str, *, negated: bool) -> Step:
    """A filter that lets through what the term means."""
    op, parameters, inverted = _TERMS[name](value)
    step = Step(op=op, unknown=dict(parameters), invert=True if inverted != negated else None)
    for _, trouble in faults([step], ""):
        raise TermTroubleError(f"it {trouble}")
    return step


_Read = tuple[str, JsonObject, bool]


def _path(value: str) -> _Read:
    if not value:
        raise TermTroubleError("after path: stands a pattern such as path:/home/**/*.pdf")
    return "glob", {"pattern": value}, False


def _seen(value: str) -> _Read:
    """`never` is what has not been seen for no days at all."""
    if value == "never":
        return "access_age", {"min_days": 0, "missing": "exclude"}, True
    inside = bounds(value, "age")
    if inside is None or any(each is not None and each % DAY for each in inside):
        raise TermTroubleError("write it in days, like seen:<7d, seen:>180d or seen:never")
    least, most = inside
    parameters: dict[str, Json] = {"missing": "include" if most is None else "exclude"}
    if least is not None:
        parameters["min_days"] = least // DAY
    if most is not None:
        parameters["max_days"] = most // DAY
    return "access_age", parameters, False


def _replicated(value: str) -> _Read:
    if not value:
        raise TermTroubleError("after replicated: stands the name of a target")
    return "replicated", {"target_name": value}, False


def _annotation(value: str) -> _Read:
    found = _note(value)
    if found is None:
        raise TermTroubleError("write it like note:exif/model, note:exif/model=X or note:exif/model~^X")
    parameters: dict[str, Json] = {"plugin_name": found["plugin"], "key": found["key"]}
    if found["sign"]:
        parameters["value" if found["sign"] == "=" else "regex"] = found["asked"]
    return "annotation", parameters, False


_TERMS: Final[Mapping[str, Callable[[str], _Read]]] = MappingProxyType(
    {"path": _path, "seen": _seen, "replicated": _replicated, "note": _annotation}
)
TERMS: Final = frozenset(_TERMS)
