"""One event: a number that only grows, what happened, when, and about which node. Values only."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from mosaicfs.model.json import JsonObject

TYPES = frozenset(
    (
        "files.changed",
        "node.changed",
        "directory.changed",
        "label_rule.changed",
        "plugin.changed",
        "storage_backend.changed",
        "replication_rule.changed",
        "pin.changed",
        "credential.changed",
        "settings.changed",
        "labels.changed",
        "annotations.changed",
        "replicas.changed",
        "notification.changed",
        "job.changed",
        "crawl.started",
        "crawl.progress",
        "crawl.finished",
        "replication.state",
        "storage.changed",
        "conflict.found",
        "activity",
    )
)
"""Those that are numbered, each with something that tells it. A stream has four words of its own, see `streaming`."""


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`data` is as its type says."""

    id: int
    type: str
    time: str
    node_id: str | None = None
    data: dict[str, Any]


class Happening(Struct, frozen=True):
    """What is to become an event."""

    type: str
    data: JsonObject
    node_id: str | None = None


def frame(event: Event) -> bytes:
    """As a server-sent event. JSON holds no line break of its own."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.id, event.type.encode(), msgspec.json.encode(event))
