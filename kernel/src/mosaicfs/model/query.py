"""What `query` is asked and answers: a search over all nodes, or a widget for the dashboard.

The named questions that a document store answers are something else: `model.questions`.
"""

from __future__ import annotations

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
