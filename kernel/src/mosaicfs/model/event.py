"""Something that happened and that plugins may react to."""

from __future__ import annotations

from msgspec import Struct, field

from mosaicfs.model.json import JsonObject


class Event(Struct, frozen=True, kw_only=True):
    """`name` is one of an open list (`file.added`, `label.assigned`, …); what `payload` holds depends on it.

    `sequence` rises for each plugin, `attempt` begins with 1; `timestamp` is when it was noticed. `matched_rules` are
    names of the plugin's own dispatch rules.
    """

    name: str
    payload: JsonObject = field(default_factory=dict)
    sequence: int = 0
    attempt: int = 1
    timestamp: str = ""
    matched_rules: tuple[str, ...] = ()
