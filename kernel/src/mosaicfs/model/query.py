"""What `query` is asked and answers: a search over all nodes, or a widget for the dashboard.

The named questions that a document store answers are something else: `model.questions`.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mosaicfs.model.json import JsonObject


class Query(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`capability` is `search`, `dashboard_widget` or a plugin's own word; `endpoint` is one of its query endpoints."""

    capability: str
    query: str = ""
    endpoint: str = ""
    limit: int = 20
    deadline_ms: int = 5000


class QueryAnswer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Best results first. A result with `file_id` speaks of that file; others are shown as names and values."""

    description: str
    results: tuple[JsonObject, ...] = ()
    total: int | None = None


class Envelope(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one plugin of one node answered. `results` and `took_ms` always stand there."""

    node_id: str
    plugin_name: str
    capability: str
    description: str
    took_ms: int
    results: tuple[JsonObject, ...]
    total: int | None = None


class Omitted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who should have answered and did not; without a plugin it is the whole node."""

    node_id: str
    plugin_name: str | None = None
    reason: Literal["timeout", "offline", "error"]
    message: str


class Answers(Struct, frozen=True):
    """Partial where somebody was omitted."""

    results: tuple[Envelope, ...] = ()
    omitted: tuple[Omitted, ...] = ()
