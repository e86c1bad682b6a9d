"""Jobs on disk: `<state>/jobs.db`. A job is kept as it is shown, but for its errors, which may be many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import apsw
import msgspec
from msgspec import structs

from mosaicfs import OwnFile
from mosaicfs_control.jobs.job import MOST_ERRORS, Job, JobError
from mosaicfs_control.own_database import OwnDatabase, rows

FILE = OwnFile(
    application_id=0x4D6F4A62,
    number=1,
    schema="""
CREATE TABLE jobs (
  n INTEGER PRIMARY KEY, job_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, state TEXT NOT NULL, finished_at TEXT,
  body BLOB NOT NULL
);
CREATE INDEX jobs_by_end ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE TABLE errors (
  job_id TEXT NOT NULL, n INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (job_id, n)
) WITHOUT ROWID;
""",
)

# Before several threads need them: `mosaicfs.wire.nouns` says why.
_decode_job = msgspec.json.Decoder(Job).decode
_decode_error = msgspec.json.Decoder(JobError).decode

_PUT = """
INSERT INTO jobs (job_id, kind, state, finished_at, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (job_id) DO UPDATE SET state = excluded.state, finished_at = excluded.finished_at, body = excluded.body
"""


class Page(NamedTuple):
    jobs: list[Job]
    total: int


class ErrorPage(NamedTuple):
    errors: list[JobError]
    total: int


class JobFile:
    def __init__(self, database: OwnDatabase) -> None:
        self._database = database

    async def put(self, job: Job, errors: Sequence[JobError] = ()) -> None:
        """`errors` are those that came since the last time."""
        body = msgspec.json.encode(structs.replace(job, errors=()))

        def write(connection: apsw.Connection) -> None:
            row = (job.job_id, job.kind, job.state, job.finished_at, body)
            rows(connection, _PUT, row)
            before = _one(connection, "SELECT count(*) FROM errors WHERE job_id = ?", (job.job_id,))
            added = [(job.job_id, before + n, msgspec.json.encode(error)) for n, error in enumerate(errors)]
            connection.executemany("INSERT INTO errors VALUES (?, ?, ?)", added)

        await self._database.write(write)

    async def get(self, job_id: str) -> Job | None:
        def read(connection: apsw.Connection) -> Job | None:
            found = rows(connection, "SELECT body FROM jobs WHERE job_id = ?", (job_id,))
            return _job(found[0][0], _errors(connection, job_id, MOST_ERRORS, 0)) if found else None

        return await self._database.read(read)

    async def unfinished(self) -> list[Job]:
        """Oldest first."""

        def read(connection: apsw.Connection) -> list[Job]:
            found = rows(connection, "SELECT job_id, body FROM jobs WHERE finished_at IS NULL ORDER BY n")
            return [_job(body, _errors(connection, job_id, MOST_ERRORS, 0)) for job_id, body in found]

        return await self._database.read(read)

    async def page(self, states: Sequence[str], kinds: Sequence[str], limit: int, offset: int) -> Page:
        """Newest first, without their errors; no state or kind is every one."""
        where, values = _narrowed(states, kinds)

        def read(connection: apsw.Connection) -> Page:
            total = _one(connection, f"SELECT count(*) FROM jobs {where}", values)  # noqa: S608 - parts are ours
            asked = f"SELECT body FROM jobs {where} ORDER BY n DESC LIMIT ? OFFSET ?"  # noqa: S608 - parts are ours
            found = rows(connection, asked, (*values, limit, offset))
            return Page([_job(body, []) for (body,) in found], total)

        return await self._database.read(read)

    async def errors(self, job_id: str, limit: int, offset: int) -> ErrorPage:
        def read(connection: apsw.Connection) -> ErrorPage:
            total = _one(connection, "SELECT count(*) FROM errors WHERE job_id = ?", (job_id,))
            return ErrorPage(_errors(connection, job_id, limit, offset), total)

        return await self._database.read(read)

    async def forget_finished(self, before: str) -> None:
        def write(connection: apsw.Connection) -> None:
            old = "IN (SELECT job_id FROM jobs WHERE finished_at < ?)"
            rows(connection, f"DELETE FROM errors WHERE job_id {old}", (before,))  # noqa: S608 - parts are ours
            rows(connection, "DELETE FROM jobs WHERE finished_at < ?", (before,))

        await self._database.write(write)


def _job(body: bytes, errors: list[JobError]) -> Job:
    return structs.replace(_decode_job(body), errors=tuple(errors))


def _errors(connection: apsw.Connection, job_id: str, limit: int, offset: int) -> list[JobError]:
    asked = "SELECT body FROM errors WHERE job_id = ? ORDER BY n LIMIT ? OFFSET ?"
    found = rows(connection, asked, (job_id, limit, offset))
    return [_decode_error(body) for (body,) in found]


def _one(connection: apsw.Connection, statement: str, values: Sequence[str]) -> int:
    number: int = rows(connection, statement, values)[0][0]
    return number


def _narrowed(states: Sequence[str], kinds: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    parts = [
        f"{column} IN ({', '.join('?' * len(some))})" for column, some in (("state", states), ("kind", kinds)) if some
    ]
    return f"WHERE {' AND '.join(parts)}" if parts else "", (*states, *kinds)
