"""Something that happened and that plugins may react to."""

from __future__ import annotations

from msgspec import Struct, field

from mosaicfs.model.json import JsonObject


class Event(Struct, frozen=True, kw_only=True):
    """`name` is one of an open list (`file.added`, `label.assigned`, …); what `payload` holds depends on it."""

    name: str
    payload: JsonObject = field(default_factory=dict)
