"""The queue of all plugins of this node: put in with the position of the feed, taken, ended, tried again, purged.

One connection, used by one thread at a time; every call is one transaction. Which event a change is, is said in `job`;
what a page of the feed does is in `taking`, what the end of a job does in `ending`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import time
from typing import NamedTuple, TypeVar

import apsw
import trio

from mosaicfs.documents.sqlite import sql
from mosaicfs.documents.sqlite.opening import speaking_sqlite
from mosaicfs.documents.sqlite.own_file import move_aside
from mosaicfs.errors import StoreCorruptError
from mosaicfs.model.times import Clock, now_text, time_text
from mosaicfs.services.annotating import ending
from mosaicfs.services.annotating.ending import Outcome
from mosaicfs.services.annotating.job import FAMILIES, SYNC, Job, News, Seen, Status
from mosaicfs.services.annotating.queue_file import opened
from mosaicfs.services.annotating.taking import Reading, Sync, seen_of, sync_of, take

KEPT_S = 86_400

T = TypeVar("T")


class Counts(NamedTuple):
    pending: int = 0
    in_flight: int = 0
    failed: int = 0


class SyncSoFar(NamedTuple):
    """How far a full sync is: what is over, and what it still waits for."""

    done: int = 0
    failed: int = 0
    waits: int = 0


class SyncEnd(NamedTuple):
    """What a full sync came to."""

    job_id: str | None
    trigger: str
    processed: int
    failed: int


class ListedJob(NamedTuple):
    id: int
    event_type: str
    subject: str
    family: str
    status: Status
    attempts: int
    next_attempt: str
    last_error: str
    created_at: str


@asynccontextmanager
async def open_queue(path: Path, clock: Clock = time) -> AsyncIterator[Queue]:
    """A file that is damaged or not ours is moved aside, and every plugin begins anew."""
    queue = Queue(path, await trio.to_thread.run_sync(opened, path), clock)
    try:
        yield queue
    finally:
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(queue.close)


class Queue:
    def __init__(self, path: Path, connection: apsw.Connection, clock: Clock = time) -> None:
        self._path = path
        self._connection = connection
        self._clock = clock
        self._thread = trio.CapacityLimiter(1)
        self._damaged = False

    def close(self) -> None:
        self._connection.close()
        if self._damaged:
            move_aside(self._path, "it is damaged")

    async def _run(self, work: Callable[[apsw.Connection], T]) -> T:
        return await trio.to_thread.run_sync(self._work, work, limiter=self._thread)

    def _work(self, work: Callable[[apsw.Connection], T]) -> T:
        try:
            with speaking_sqlite(self._path):
                return self._in_transaction(work)
        except StoreCorruptError:
            self._damaged = True
            raise

    def _in_transaction(self, work: Callable[[apsw.Connection], T]) -> T:
        with self._connection:
            found = work(self._connection)
        return found  # noqa: RET504 - for the type checker, which takes a connection for one that swallows errors

    # --- the feed ----------------------------------------------------------------------------------------------------

    async def positions(self) -> Mapping[str, str]:
        """Of every plugin that has begun."""
        rows = await self._run(lambda c: sql.select(c, "SELECT plugin_name, last_seq FROM feeds"))
        return dict(rows)

    async def take(self, readings: Sequence[Reading]) -> Mapping[str, int]:
        """New jobs by plugin, with the positions, in one transaction."""
        now = now_text(self._clock)
        return await self._run(lambda c: {each.plugin_name: take(c, each, now) for each in readings})

    async def forget(self, plugin_name: str) -> None:
        """What waits, what it has seen and where it was; what is at work ends, and is listed until it is purged."""

        def drop(connection: apsw.Connection) -> None:
            sql.run(connection, "DELETE FROM jobs WHERE plugin_name = ? AND status = 'pending'", (plugin_name,))
            for table in ("feeds", "delivered"):
                statement = f"DELETE FROM {table} WHERE plugin_name = ?"  # noqa: S608 - parts are ours
                sql.run(connection, statement, (plugin_name,))

        await self._run(drop)

    # --- full sync ---------------------------------------------------------------------------------------------------

    async def begin_sync(
        self, plugin_name: str, trigger: str, *, job_id: str | None = None, force: bool = False, heard: bool = False
    ) -> bool:
        """Read the feed from zero. False where one is under way already, which this one joins.

        `heard`: the plugin wants to be told by an event.
        """

        def begin(connection: apsw.Connection) -> bool:
            sql.run(connection, _NEW_FEED, (plugin_name,))
            under_way = sync_of(connection, plugin_name)
            if under_way is not None and not (force and not under_way.force):
                return False
            if under_way is None:
                sql.run(connection, _BEGIN_SYNC, (job_id, now_text(self._clock), trigger, plugin_name))
                if heard:
                    _put_sync_event(connection, plugin_name, SYNC.added, {"trigger": trigger, "total": None}, now)
            sql.run(connection, _READ_ANEW, (force, plugin_name))
            return under_way is None

        now = now_text(self._clock)
        return await self._run(begin)

    async def sync_of(self, plugin_name: str) -> Sync | None:
        return await self._run(lambda c: sync_of(c, plugin_name))

    async def sync_so_far(self, plugin_name: str) -> SyncSoFar | None:
        """None where none is under way. What is asked grows as long as it still reads."""

        def look(connection: apsw.Connection) -> SyncSoFar | None:
            sync = sync_of(connection, plugin_name)
            if sync is None:
                return None
            until = _ENDLESS if sync.until is None else sync.until
            counted: dict[str, int] = dict(sql.select(connection, _SO_FAR, (plugin_name, sync.since, until)))
            waits = counted.get("pending", 0) + counted.get("in_flight", 0)
            return SyncSoFar(counted.get("acked", 0), counted.get("failed", 0), waits)

        return await self._run(look)

    async def end_sync(self, plugin_name: str, *, heard: bool = False) -> SyncEnd | None:
        """Once everything that it asked is over; None before, and where none is under way."""
        now = now_text(self._clock)

        def end(connection: apsw.Connection) -> SyncEnd | None:
            sync = sync_of(connection, plugin_name)
            if sync is None or sync.until is None:
                return None
            counted: dict[str, int] = dict(sql.select(connection, _OF_SYNC, (plugin_name, sync.since, sync.until)))
            waits = sql.one_value(connection, _SYNC_WAITS, (plugin_name, sync.until))
            if waits:
                return None
            told = SyncEnd(sync.job_id, sync.trigger, counted.get("acked", 0), counted.get("failed", 0))
            sql.run(connection, _END_SYNC, (plugin_name,))
            if heard:
                payload = {"trigger": told.trigger, "processed": told.processed, "failed": told.failed}
                _put_sync_event(connection, plugin_name, SYNC.gone, payload, now)
            return told

        return await self._run(end)

    # --- jobs --------------------------------------------------------------------------------------------------------

    async def reopen(self, plugin_name: str, *, counts: bool) -> None:
        """What was at work when the last process ended, or the line was lost, waits again.

        `counts`: the start that was lost counts as an attempt.
        """
        await self._run(lambda c: ending.reopen(c, plugin_name, counts=counts))

    async def settle(self, outcomes: Sequence[Outcome], plugin_name: str, most: int, *, in_order: bool) -> list[Job]:
        """End what is over, and take at most so many that are due: no subject twice, the first in line first."""
        now, moment = int(self._clock() * 1000), now_text(self._clock)

        def work(connection: apsw.Connection) -> list[Job]:
            for outcome in outcomes:
                ending.end(connection, outcome, now, moment)
            return ending.claim(connection, plugin_name, most, now, in_order=in_order) if most > 0 else []

        return await self._run(work)

    async def due_in_s(self, plugin_name: str) -> float | None:
        """Until the next one that waits for its time; None where none does."""
        statement = "SELECT min(next_attempt) FROM jobs WHERE plugin_name = ? AND status = 'pending'"
        first = await self._run(lambda c: sql.one_value(c, statement, (plugin_name,)))
        return None if first is None else max(0.0, first / 1000 - self._clock())

    async def counts(self) -> Mapping[str, Counts]:
        statement = "SELECT plugin_name, status, count(*) FROM jobs WHERE status <> 'acked' GROUP BY 1, 2"
        found: dict[str, Counts] = {}
        for name, status, count in await self._run(lambda c: sql.select(c, statement)):
            found[name] = found.get(name, Counts())._replace(**{status: count})
        return found

    async def pending(self, plugin_name: str) -> int:
        statement = "SELECT count(*) FROM jobs WHERE plugin_name = ? AND status = 'pending'"
        return int(await self._run(lambda c: sql.one_value(c, statement, (plugin_name,))))

    async def listed(self, plugin_name: str, status: str | None, most: int) -> list[ListedJob]:
        """The newest first."""
        rows = await self._run(lambda c: sql.select(c, _LISTED, {"name": plugin_name, "status": status, "most": most}))
        return [ListedJob(*(*row[:6], time_text(row[6] * 1000) if row[6] else "", *row[7:])) for row in rows]

    async def retry(self, plugin_name: str, ids: Collection[int] | None) -> int:
        """Put failed ones back, all of them without `ids`. How many."""
        return await self._run(lambda c: ending.retry(c, plugin_name, ids))

    async def purge(self) -> None:
        """What has been over for a day; of a sync that is under way it is still counted."""
        before = time_text(int((self._clock() - KEPT_S) * 1_000_000))
        await self._run(lambda c: sql.run(c, _PURGE, (before,)))

    async def seen(self, plugin_name: str, subjects: Collection[str]) -> Mapping[str, Seen]:
        return await self._run(lambda c: seen_of(c, plugin_name, subjects))


def _put_sync_event(
    connection: apsw.Connection, plugin_name: str, event: str, payload: Mapping[str, object], now: str
) -> None:
    news = News(event, FAMILIES["sync"], gone=event == SYNC.gone, payload=json.dumps(payload).encode())
    take(connection, Reading(plugin_name, SYNC.events, 0, [news], None), now)


_NEW_FEED = "INSERT OR IGNORE INTO feeds VALUES (?, '0', 1, NULL, NULL, '', 0, 0, NULL)"
_BEGIN_SYNC = """
UPDATE feeds SET sync_job_id = ?, sync_started_at = ?, sync_trigger = ?, sync_from = next_sequence
WHERE plugin_name = ?
"""
_READ_ANEW = "UPDATE feeds SET last_seq = '0', sync_force = ?, sync_until = NULL WHERE plugin_name = ?"
_END_SYNC = "UPDATE feeds SET sync_job_id = NULL, sync_started_at = NULL, sync_until = NULL WHERE plugin_name = ?"
_OF_SYNC = """
SELECT status, count(*) FROM jobs
WHERE plugin_name = ? AND sequence BETWEEN ? AND ? AND family <> 'sync' AND status IN ('acked', 'failed')
GROUP BY status
"""
_ENDLESS = 1 << 62
_SO_FAR = """
SELECT status, count(*) FROM jobs
WHERE plugin_name = ?1 AND sequence <= ?3 AND NOT (sequence = ?2 AND family = 'sync')
  AND (status IN ('pending', 'in_flight') OR (status IN ('acked', 'failed') AND sequence >= ?2))
GROUP BY status
"""
_SYNC_WAITS = """
SELECT EXISTS (SELECT 1 FROM jobs WHERE plugin_name = ?1 AND status = 'pending' AND sequence <= ?2)
    OR EXISTS (SELECT 1 FROM jobs WHERE plugin_name = ?1 AND status = 'in_flight' AND sequence <= ?2)
"""
_LISTED = """
SELECT id, event_type, file_uuid, family, status, attempts, next_attempt, last_error, created_at FROM jobs
WHERE plugin_name = :name AND (:status IS NULL OR status = :status) ORDER BY id DESC LIMIT :most
"""
_PURGE = """
DELETE FROM jobs WHERE finished_at < ? AND NOT EXISTS (
  SELECT 1 FROM feeds f
  WHERE f.plugin_name = jobs.plugin_name AND f.sync_started_at IS NOT NULL AND jobs.sequence >= f.sync_from
)
"""
