"""`<state>/auth.db`: what must survive a restart about who is signed in, and nothing that may be replicated.

A change is on disk when `write` returns, unless the caller can do without. Changes that come together share one commit,
so that a burst of signed requests does not wait for the disk once each. What is read often is kept in memory by the
modules that own it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import apsw
import trio

from mosaicfs import OwnFile
from mosaicfs.errors import MosaicError
from mosaicfs_control.own_database import OwnDatabase, open_own_database

Value: TypeAlias = str | int | float | None
Row: TypeAlias = tuple[Any, ...]

FILE = OwnFile(
    0x4D6F5375,
    1,
    """
    CREATE TABLE tokens (jti TEXT PRIMARY KEY, sub TEXT NOT NULL, expires_at REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE sessions (
      hash TEXT PRIMARY KEY, sub TEXT NOT NULL, jti TEXT NOT NULL, expires_at REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE nonces (
      signer TEXT NOT NULL, nonce TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (signer, nonce)
    ) WITHOUT ROWID;
    CREATE TABLE join_codes (
      id TEXT PRIMARY KEY, hash TEXT NOT NULL, node_id TEXT, created_by TEXT NOT NULL, expires_at REAL NOT NULL,
      wrong_proofs INTEGER NOT NULL
    ) WITHOUT ROWID;
    """,
)
"""A file that is damaged is begun anew, which signs everybody out and closes all invitations."""


@dataclass(slots=True)
class _Change:
    statement: str
    values: Sequence[Value]
    flushed: bool = True
    is_done: bool = False
    failure: MosaicError | None = None


@dataclass(slots=True)
class AuthDb:
    _database: OwnDatabase
    _waiting: list[_Change] = field(default_factory=list)
    _turn: trio.Lock = field(default_factory=trio.Lock)

    async def write(self, statement: str, *values: Value, flushed: bool = True) -> None:
        """One change. Those of one caller happen in order, those of several may share their fate.

        Not `flushed`, it is there after the end of this process and perhaps not after a power cut: to flush is most of
        what a change costs.
        """
        change = _Change(statement, values, flushed)
        self._waiting.append(change)
        async with self._turn:
            if not change.is_done:
                await self._commit_all()
        if change.failure is not None:
            raise change.failure

    async def read(self, statement: str, *values: Value) -> list[Row]:
        return await self._database.read(lambda connection: connection.execute(statement, values).fetchall())

    async def flush(self) -> None:
        """What was left by callers that were cancelled."""
        async with self._turn:
            await self._commit_all()

    async def _commit_all(self) -> None:
        batch, self._waiting = self._waiting, []
        failure: MosaicError | None = None
        with trio.CancelScope(shield=True):  # who waits for it may be cancelled, the others' changes not
            try:
                flushed = any(change.flushed for change in batch)
                await self._database.write(partial(_put_down, batch), flushed=flushed)
            except MosaicError as trouble:
                failure = trouble
        for change in batch:
            change.is_done, change.failure = True, failure


def _put_down(batch: Sequence[_Change], connection: apsw.Connection) -> None:
    for change in batch:
        connection.execute(change.statement, tuple(change.values)).fetchall()


@asynccontextmanager
async def open_auth_db(path: Path) -> AsyncIterator[AuthDb]:
    """Made at the first start."""
    async with open_own_database(path, FILE) as database:
        opened = AuthDb(database)
        try:
            yield opened
        finally:
            with trio.CancelScope(shield=True):
                await opened.flush()
