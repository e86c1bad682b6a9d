"""The life of a job inside one transaction: taken, over, waiting again. What it leaves is what its plugin has seen."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Literal, NamedTuple

import apsw

from mosaicfs.documents.sqlite import sql
from mosaicfs.model.retry import wait_after
from mosaicfs.services.annotating.job import FAMILIES, Job, Seen, folded

_AHEAD = 3
"""How many in line are looked at for each one wanted, since those of one subject wait for each other."""


class Outcome(NamedTuple):
    """`again` waits so many seconds; `back` waits too, and its start does not count.

    `shown` is what the plugin was really given, where that is not what the job speaks of.
    """

    job: Job
    end: Literal["acked", "failed", "again", "back"]
    error: str = ""
    wait_s: float = 0.0
    shown: Seen | None = None


def claim(connection: apsw.Connection, plugin_name: str, most: int, now: int, *, in_order: bool) -> list[Job]:
    taken: dict[str, sql.Row] = {}
    for row in sql.select(
        connection, _IN_LINE, {"name": plugin_name, "now": now, "all": in_order, "most": most * _AHEAD}
    ):
        subject, is_blocked = row[5], bool(row[16])
        if is_blocked or subject in taken:
            if in_order:
                break
            continue
        taken[subject] = row
        if len(taken) == most:
            break
    rows = list(taken.values())
    connection.executemany(
        "UPDATE jobs SET status = 'in_flight', attempts = attempts + 1 WHERE id = ?", [(row[0],) for row in rows]
    )
    return [_job(row) for row in rows]


def _job(row: sql.Row) -> Job:
    job_id, plugin, sequence, event, node, subject, path, payload, family, stamp, rules, attempts, at, error = row[:14]
    before = None if row[14] is None else Seen(row[14], row[15])
    return Job(
        job_id,
        plugin,
        sequence,
        event,
        FAMILIES[family],
        node,
        subject,
        path,
        stamp,
        bytes(payload),
        tuple(json.loads(rules)),
        attempts + 1,
        at,
        error,
        before,
    )


def end(connection: apsw.Connection, outcome: Outcome, now: int, moment: str) -> None:
    job = outcome.job
    if outcome.end in ("acked", "failed"):
        values = (outcome.end, moment, outcome.error, job.id)
        sql.run(connection, "UPDATE jobs SET status = ?, finished_at = ?, last_error = ? WHERE id = ?", values)
        _remember(connection, job, outcome.shown)
        return
    attempts = job.attempts - (1 if outcome.end == "back" else 0)
    _wait_again(connection, job.id, attempts, now + int(outcome.wait_s * 1000), outcome.error)


def _remember(connection: apsw.Connection, job: Job, shown: Seen | None) -> None:
    """Not of a plugin that was taken away meanwhile: it may come back as one that has seen nothing."""
    if not job.family.is_kept or not _has_feed(connection, job.plugin_name):
        return
    if job.gone:
        statement = "DELETE FROM delivered WHERE plugin_name = ? AND file_uuid = ?"
        sql.run(connection, statement, (job.plugin_name, job.subject))
    elif shown is not None:
        values = (job.plugin_name, job.subject, *shown)
        sql.run(connection, "REPLACE INTO delivered VALUES (?, ?, ?, ?, ?, ?)", values)


def _has_feed(connection: apsw.Connection, plugin_name: str) -> bool:
    return bool(sql.select(connection, "SELECT 1 FROM feeds WHERE plugin_name = ?", (plugin_name,)))


def _wait_again(connection: apsw.Connection, job_id: int, attempts: int, due: int, error: str) -> None:
    """A newer one that waits already tells both, and this one is told by it."""
    known = sql.select(
        connection, "SELECT plugin_name, file_uuid, family, event_type FROM jobs WHERE id = ?", (job_id,)
    )
    if not known:
        return
    name, subject, family, before = known[0]
    newer = sql.select(connection, _NEWER, (name, subject, family))
    if newer:
        newer_id, after = newer[0]
        sql.run(connection, "DELETE FROM jobs WHERE id = ?", (job_id,))
        event = folded(before, after, FAMILIES[family])
        sql.run(connection, "UPDATE jobs SET event_type = ? WHERE id = ?", (event, newer_id))
        return
    sql.run(connection, _PEND, (attempts, due, error, job_id))


def reopen(connection: apsw.Connection, plugin_name: str, *, counts: bool) -> None:
    """One that was lost waits a little, so that others come first."""
    statement = "SELECT id, attempts, last_error FROM jobs WHERE plugin_name = ? AND status = 'in_flight'"
    for job_id, attempts, error in sql.select(connection, statement, (plugin_name,)):
        _wait_again(connection, job_id, attempts if counts else attempts - 1, 0, error)


def retry(connection: apsw.Connection, plugin_name: str, ids: Collection[int] | None) -> int:
    """One that was overtaken is let go: what it would tell is not so any more."""
    statement = "SELECT id FROM jobs WHERE plugin_name = ? AND status = 'failed' ORDER BY id"
    failed = [job_id for (job_id,) in sql.select(connection, statement, (plugin_name,))]
    chosen = [job_id for job_id in failed if ids is None or job_id in ids]
    for job_id in chosen:
        if sql.select(connection, _OVERTAKEN, (job_id,)):
            sql.run(connection, "DELETE FROM jobs WHERE id = ?", (job_id,))
            continue
        sql.run(connection, "UPDATE jobs SET finished_at = NULL WHERE id = ?", (job_id,))
        _wait_again(connection, job_id, 0, 0, "")
    return len(chosen)


def wait_of(job: Job, asked_s: float | None = None) -> float:
    return wait_after(job.attempts, asked_s)


_IN_LINE = """
SELECT j.id, j.plugin_name, j.sequence, j.event_type, j.node_id, j.file_uuid, j.export_path, j.payload_json, j.family,
  j.stamp, j.rules, j.attempts, j.created_at, j.last_error, d.stamp, d.export_path,
  EXISTS (SELECT 1 FROM jobs o
    WHERE o.plugin_name = j.plugin_name AND o.file_uuid = j.file_uuid AND o.status = 'in_flight') AS is_blocked
FROM jobs j LEFT JOIN delivered d ON d.plugin_name = j.plugin_name AND d.file_uuid = j.file_uuid
WHERE j.plugin_name = :name AND j.status = 'pending' AND j.next_attempt <= :now AND (:all OR NOT is_blocked)
ORDER BY j.sequence LIMIT :most
"""
_NEWER = "SELECT id, event_type FROM jobs WHERE plugin_name = ? AND file_uuid = ? AND family = ? AND status = 'pending'"
_OVERTAKEN = """
SELECT 1 FROM jobs j JOIN jobs o USING (plugin_name, file_uuid, family)
WHERE j.id = ? AND o.sequence > j.sequence AND o.status <> 'pending' LIMIT 1
"""
_PEND = """
UPDATE jobs SET status = 'pending', attempts = ?, next_attempt = ?, last_error = ?, finished_at = NULL WHERE id = ?
"""
