"""What a page of the feed does to the queue of one plugin, inside one transaction: jobs and position together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import apsw

from mosaicfs.documents.sqlite import sql
from mosaicfs.services.annotating.job import FAMILIES, News, Seen, event_of, is_again


class Reading(NamedTuple):
    """News of a page for one plugin, and where it has then read to; None leaves the position alone.

    `at_end`: nothing comes behind it. `forced`: asked although nothing differs, for these alone.
    """

    plugin_name: str
    events: frozenset[str]
    version: int
    news: Sequence[News]
    position: str | None
    at_end: bool = False
    forced: bool = False


class Sync(NamedTuple):
    """A full sync that is under way. `until` is the last sequence of what it asks; None while it still reads."""

    job_id: str | None
    started_at: str
    trigger: str
    force: bool
    since: int
    until: int | None


@dataclass(slots=True)
class _Open:
    """Jobs of one subject that are not over: what waits by family, what is at work."""

    waiting: dict[str, tuple[int, str]] = field(default_factory=dict)
    at_work: dict[str, Seen | None] = field(default_factory=dict)


class _Writes:
    """What a page comes to, written at its end. `sequence` is the next one of the plugin."""

    def __init__(self, plugin_name: str, sequence: int, now: str) -> None:
        self.plugin_name = plugin_name
        self.sequence = sequence
        self.now = now
        self.new: list[sql.Row] = []
        self.renewed: list[sql.Row] = []
        self.dropped: list[sql.Row] = []
        self.seen: list[sql.Row] = []
        self.unseen: list[sql.Row] = []

    def put(self, news: News, event: str, waiting: int | None) -> None:
        rules = json.dumps(news.rules)
        if waiting is not None:
            self.renewed.append((event, news.node_id, news.path, news.payload, news.stamp, rules, waiting))
            return
        place = (news.node_id, news.subject, news.path, news.payload)
        facts = (self.now, news.family.name, news.stamp, rules)
        self.new.append((self.plugin_name, self.sequence, event, *place, *facts))
        self.sequence += 1

    def run(self, connection: apsw.Connection) -> None:
        for statement, rows in (
            (_INSERT, self.new),
            (_RENEW, self.renewed),
            ("DELETE FROM jobs WHERE id = ?", self.dropped),
            ("REPLACE INTO delivered VALUES (?, ?, ?, ?, ?, ?)", self.seen),
            ("DELETE FROM delivered WHERE plugin_name = ? AND file_uuid = ?", self.unseen),
        ):
            if rows:
                connection.executemany(statement, rows)


def take(connection: apsw.Connection, reading: Reading, now: str) -> int:
    """How many jobs are new; none of a plugin that has been forgotten."""
    name = reading.plugin_name
    sync = sync_of(connection, name)
    first = _next_sequence(connection, name)
    if first is None:
        return 0
    writes = _Writes(name, first, now)
    if reading.news:
        _decide_all(connection, reading, sync, writes)
        writes.run(connection)
    if reading.position is not None:
        sql.run(connection, "UPDATE feeds SET last_seq = ? WHERE plugin_name = ?", (reading.position, name))
    if writes.sequence > first:
        sql.run(connection, "UPDATE feeds SET next_sequence = ? WHERE plugin_name = ?", (writes.sequence, name))
    if reading.at_end and sync is not None and sync.until is None:
        sql.run(connection, "UPDATE feeds SET sync_until = next_sequence - 1 WHERE plugin_name = ?", (name,))
    return writes.sequence - first


def _next_sequence(connection: apsw.Connection, plugin_name: str) -> int | None:
    found = sql.select(connection, "SELECT next_sequence FROM feeds WHERE plugin_name = ?", (plugin_name,))
    return int(found[0][0]) if found else None


def sync_of(connection: apsw.Connection, plugin_name: str) -> Sync | None:
    statement = """
    SELECT sync_job_id, sync_started_at, sync_trigger, sync_force, sync_from, sync_until
    FROM feeds WHERE plugin_name = ? AND sync_started_at IS NOT NULL
    """
    for job_id, started_at, trigger, force, since, until in sql.select(connection, statement, (plugin_name,)):
        return Sync(job_id, started_at, trigger, bool(force), since, until)
    return None


class _Known(NamedTuple):
    """What the tables say of the subject of one piece of news."""

    seen: Seen | None
    open: _Open


def _decide_all(connection: apsw.Connection, reading: Reading, sync: Sync | None, writes: _Writes) -> None:
    subjects = list({news.subject for news in reading.news})
    seen = seen_of(connection, reading.plugin_name, subjects)
    known = _open_jobs(connection, reading.plugin_name, subjects)
    nothing = _Open()
    for news in reading.news:
        _decide(reading, sync, news, _Known(seen.get(news.subject), known.get(news.subject, nothing)), writes)


def _decide(reading: Reading, sync: Sync | None, news: News, known: _Known, writes: _Writes) -> None:
    """A job at work counts as seen: it ends before another one of its subject begins."""
    family = news.family
    is_at_work = family.name in known.open.at_work
    basis = known.open.at_work[family.name] if is_at_work else known.seen
    waiting_id, waiting = known.open.waiting.get(family.name, (None, ""))
    event = _event(reading, sync, news, basis, waiting)
    if not event:
        return
    if event in reading.events:
        writes.put(news, event, waiting_id)
    elif waiting_id is not None and family.gone not in (event, waiting):
        writes.put(news, waiting, waiting_id)
    elif is_at_work:
        writes.put(news, event, waiting_id)
    else:
        _settle_unheard(reading, news, known.seen, waiting_id, writes)


def _event(reading: Reading, sync: Sync | None, news: News, basis: Seen | None, waiting: str) -> str:
    reads_all = reading.forced or (sync is not None and sync.until is None)
    force = reading.forced or (sync is not None and sync.force)
    again = reads_all and is_again(news, basis, reading.version, force=force)
    return event_of(news, basis, waiting, reading.events, sync=reads_all, again=again)


def _settle_unheard(reading: Reading, news: News, seen: Seen | None, waiting: int | None, writes: _Writes) -> None:
    """The plugin does not want to hear of it, and still it decides which event comes next."""
    name = reading.plugin_name
    if waiting is not None:
        writes.dropped.append((waiting,))
    if not news.family.is_kept:
        return
    if news.gone:
        writes.unseen.append((name, news.subject))
    else:
        annotated, version = (seen.annotated, seen.version) if seen is not None else (False, 0)
        writes.seen.append((name, news.subject, news.stamp, news.path, annotated, version))


def seen_of(connection: apsw.Connection, plugin_name: str, subjects: Iterable[str]) -> Mapping[str, Seen]:
    found = sql.select(connection, _SEEN, (plugin_name, json.dumps(list(subjects))))
    return {subject: Seen(stamp, path, bool(annotated), version) for subject, stamp, path, annotated, version in found}


def _open_jobs(connection: apsw.Connection, plugin_name: str, subjects: Iterable[str]) -> dict[str, _Open]:
    known: dict[str, _Open] = {}
    found = sql.select(connection, _OPEN, (plugin_name, json.dumps(list(subjects))))
    for job_id, subject, family, event, status, stamp, path in found:
        entry = known.setdefault(subject, _Open())
        if status == "pending":
            entry.waiting[family] = job_id, event
        else:
            entry.at_work[family] = None if event == FAMILIES[family].gone else Seen(stamp, path)
    return known


_INSERT = """
INSERT INTO jobs (
  plugin_name, sequence, event_type, node_id, file_uuid, export_path, payload_json, created_at, family, stamp, rules,
  status, attempts, next_attempt, last_error
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, 0, '')
"""
_RENEW = """
UPDATE jobs SET event_type = ?, node_id = ?, export_path = ?, payload_json = ?, stamp = ?, rules = ?,
  attempts = 0, next_attempt = 0, last_error = '' WHERE id = ?
"""
_SEEN = """
SELECT file_uuid, stamp, export_path, annotated, annotation_version FROM delivered
WHERE plugin_name = ? AND file_uuid IN (SELECT value FROM json_each(?))
"""
_OPEN = """
SELECT id, file_uuid, family, event_type, 'pending', stamp, export_path FROM jobs
WHERE plugin_name = ?1 AND status = 'pending' AND file_uuid IN (SELECT value FROM json_each(?2))
UNION ALL
SELECT id, file_uuid, family, event_type, 'in_flight', stamp, export_path FROM jobs
WHERE plugin_name = ?1 AND status = 'in_flight' AND file_uuid IN (SELECT value FROM json_each(?2))
"""
