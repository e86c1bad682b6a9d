"""What goes over to a process: the envelope of an event, and the payloads of requests. Values only."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mosaicfs.model.crawling import Source
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.event import Event
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.notification import Notice, Notification
from mosaicfs.model.provided import provider_of
from mosaicfs.model.query import Query
from mosaicfs_process.exchange import Facts, without_nothing

PROTOCOL = 1


def event_envelope(event: Event, entry: Entry | None, path: Path | None, *, node_id: str, plugin: str) -> Facts:
    """Without `config`, which only executables are given with each one."""
    return {
        "event": event.name,
        "protocol": PROTOCOL,
        "sequence": event.sequence,
        "timestamp": event.timestamp,
        "node_id": node_id,
        "plugin_name": plugin,
        "attempt": event.attempt,
        "matched_rules": list(event.matched_rules),
        "payload": event_payload(event, entry, path),
    }


def event_payload(event: Event, entry: Entry | None, path: Path | None) -> Facts:
    """`content_path` is there, null too, in every event of a file."""
    if entry is None:
        return dict(event.payload)
    described: Facts = {
        "file_id": entry.file_id,
        "export_path": entry.export_path,
        "name": entry.name,
        "size": entry.size,
        "mime_type": entry.mime_type,
        "mtime": entry.mtime,
    }
    return {**without_nothing(described), **event.payload, "content_path": None if path is None else str(path)}


def request_envelope(name: str, payload: Facts, *, node_id: str, plugin: str) -> Facts:
    """For executables. A query stands beside the other members, as its page says."""
    head: Facts = {"event": name, "protocol": PROTOCOL, "node_id": node_id, "plugin_name": plugin}
    return {**head, **payload} if name == "query" else {**head, "payload": payload}


def query_payload(question: Query, endpoint: str) -> Facts:
    return {
        "query": question.query,
        "endpoint": endpoint,
        "capability": question.capability,
        "limit": question.limit,
    }


def crawl_payload(source: Source, cursor: str | None, page: Json) -> Facts:
    return {
        "trigger": source.trigger,
        "backend": provider_of(source.name) or source.backend,
        "prefix": source.prefix,
        "cursor": cursor,
        "page": page,
    }


def materialize_payload(entry: Entry, span: Span, staging: Path) -> Facts:
    return {
        "file_id": entry.file_id,
        "export_path": entry.export_path,
        "native_id": entry.native_id,
        "version": entry.version,
        "offset": span.offset,
        "length": span.length,
        "staging_path": str(staging),
    }


def notice_payload(notice: Notice) -> Facts:
    """Whoever is asked twice for one `delivery_id` may drop the second. `link` is empty where there is no page."""
    summed: Facts = {"notifications": [_plain(each) for each in notice.notifications]} if notice.notifications else {}
    told: Facts = {"transition": notice.transition, "delivery_id": notice.delivery_id, "link": notice.link, **summed}
    return {"_id": notice.id, **_plain(notice.notification), **told}


def _plain(noun: Notification) -> Facts:
    known: JsonObject = msgspec.to_builtins(noun)
    return {name: value for name, value in known.items() if name != "~unknown"}
