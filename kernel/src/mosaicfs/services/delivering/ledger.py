"""`<state>/notify.db`: what each channel was told of which condition, and the messages that are under way.

A transition is written down before anything is sent, and a message with its words before its first try, so that a kill
loses none; one that came between the sending and the note of it sends the same message, with the same id, again. If the
file is lost, conditions that still hold are told once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import apsw
import msgspec
import trio

from mosaicfs.documents.sqlite import sql
from mosaicfs.documents.sqlite.opening import speaking_sqlite
from mosaicfs.documents.sqlite.own_file import OwnFile
from mosaicfs.model.ids import new_uuid
from mosaicfs.model.notification import Notice
from mosaicfs.services.delivering.bundling import Held, Waiting
from mosaicfs.services.delivering.transitions import Due, Entered

NAME = "notify.db"
KEPT_S = 8 * 86_400.0

_FILE = OwnFile(
    0x4D6F4E6F,
    1,
    """
CREATE TABLE channels (channel TEXT PRIMARY KEY, since REAL NOT NULL, trouble TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE told (
  id INTEGER PRIMARY KEY, channel TEXT NOT NULL, doc_id TEXT NOT NULL, activated_at INTEGER NOT NULL,
  transition TEXT NOT NULL, severity TEXT NOT NULL, nth INTEGER NOT NULL, at REAL NOT NULL, returns INTEGER NOT NULL,
  held TEXT NOT NULL, delivery_id TEXT
);
CREATE UNIQUE INDEX told_once ON told (channel, doc_id, activated_at, transition, severity, nth);
CREATE INDEX told_waiting ON told (channel, id) WHERE delivery_id IS NULL;
CREATE TABLE deliveries (
  delivery_id TEXT PRIMARY KEY, channel TEXT NOT NULL, created_at REAL NOT NULL, notice BLOB NOT NULL,
  attempts INTEGER NOT NULL, next_try REAL NOT NULL, ended_at REAL, outcome TEXT NOT NULL
);
CREATE INDEX deliveries_open ON deliveries (channel, created_at) WHERE ended_at IS NULL;
CREATE INDEX deliveries_sent ON deliveries (channel, ended_at) WHERE outcome = 'sent';
""",
)
_LEFT_OUT = "-"

T = TypeVar("T")


class Underway(NamedTuple):
    delivery_id: str
    notice: Notice
    created_at: float
    attempts: int
    next_try: float


class Message(NamedTuple):
    """A notice that is to be sent, and the rows that it tells."""

    notice: Notice
    rows: tuple[int, ...]


class Ledger:
    """One connection, used by one thread at a time; every call is one transaction, on disk when it returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: apsw.Connection | None = None
        self._thread = trio.CapacityLimiter(1)

    async def close(self) -> None:
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(self._close, limiter=self._thread)

    # --- channels --------------------------------------------------------------------------------------------------

    async def meet(self, channel: str, now: float) -> float:
        """Since when this node knows the channel."""

        def work(connection: apsw.Connection) -> float:
            sql.run(connection, "INSERT OR IGNORE INTO channels VALUES (?, ?, '')", (channel, now))
            return float(sql.one_value(connection, "SELECT since FROM channels WHERE channel = ?", (channel,)))

        return await self._do(work)

    async def trouble_of(self, channel: str) -> str:
        """What is wrong with a channel that has given up on a message and not delivered one since."""
        found = await self._select("SELECT trouble FROM channels WHERE channel = ?", (channel,))
        return str(found[0][0]) if found else ""

    async def trouble(self, channel: str, text: str) -> None:
        await self._run("UPDATE channels SET trouble = ? WHERE channel = ?", (text, channel))

    # --- transitions -----------------------------------------------------------------------------------------------

    async def entered(self, channel: str) -> dict[str, list[Entered]]:
        """By document."""
        statement = (
            "SELECT doc_id, activated_at, transition, severity, nth, at, returns FROM told "
            "WHERE channel = ? ORDER BY id"
        )
        found: dict[str, list[Entered]] = {}
        for doc_id, *row in await self._select(statement, (channel,)):
            found.setdefault(doc_id, []).append(Entered(*row))
        return found

    async def enter(self, channel: str, dues: Sequence[tuple[str, int, Due]], now: float) -> None:
        rows = [
            (channel, doc_id, activated_at, due.transition, due.severity, due.nth, now, int(due.returns), "")
            for doc_id, activated_at, due in dues
        ]
        into = (
            "INSERT OR IGNORE INTO told (channel, doc_id, activated_at, transition, severity, nth, at, returns, held)"
        )
        await self._do(lambda connection: sql.insert(connection, into, rows))

    async def waiting(self, channel: str) -> list[Waiting]:
        statement = (
            "SELECT id, doc_id, activated_at, transition, severity, at, returns, held FROM told "
            "WHERE channel = ? AND delivery_id IS NULL ORDER BY id"
        )
        found = await self._select(statement, (channel,))
        return [Waiting(*row) for row in found]

    async def hold(self, rows: Sequence[tuple[int, Held]]) -> None:
        await self._do(lambda one: one.executemany("UPDATE told SET held = ?2 WHERE id = ?1", rows))

    async def leave_out(self, rows: Sequence[int]) -> None:
        """Nobody is told of these any more."""
        await self._do(lambda one: _assign(one, rows, _LEFT_OUT))

    # --- messages --------------------------------------------------------------------------------------------------

    async def begin(self, channel: str, messages: Sequence[Message], now: float) -> None:
        """They are under way, in this order."""

        def work(connection: apsw.Connection) -> None:
            for place, (notice, rows) in enumerate(messages):
                delivery_id = notice.delivery_id or new_uuid()
                row = (delivery_id, channel, now + place * 1e-4, msgspec.json.encode(notice))
                sql.run(connection, "INSERT INTO deliveries VALUES (?, ?, ?, ?, 0, 0, NULL, '')", row)
                _assign(connection, rows, delivery_id)

        await self._do(work)

    async def first_underway(self, channel: str) -> Underway | None:
        statement = (
            "SELECT delivery_id, notice, created_at, attempts, next_try FROM deliveries "
            "WHERE channel = ? AND ended_at IS NULL ORDER BY created_at LIMIT 1"
        )
        for delivery_id, notice, *rest in await self._select(statement, (channel,)):
            return Underway(delivery_id, msgspec.json.decode(notice, type=Notice), *rest)
        return None

    async def try_again(self, delivery_id: str, next_try: float) -> None:
        statement = "UPDATE deliveries SET attempts = attempts + 1, next_try = ? WHERE delivery_id = ?"
        await self._run(statement, (next_try, delivery_id))

    async def at_once(self, channel: str) -> None:
        """Somebody has changed something: what waits for its next try waits no more."""
        await self._run("UPDATE deliveries SET next_try = 0 WHERE channel = ? AND ended_at IS NULL", (channel,))

    async def end(self, delivery_id: str, outcome: str, now: float) -> None:
        """`outcome` is `sent` or why not."""
        await self._run(
            "UPDATE deliveries SET ended_at = ?, outcome = ? WHERE delivery_id = ?", (now, outcome, delivery_id)
        )

    async def sent_since(self, channel: str, since: float) -> list[float]:
        statement = "SELECT ended_at FROM deliveries WHERE channel = ? AND ended_at > ? AND outcome = 'sent'"
        return [at for (at,) in await self._select(statement, (channel, since))]

    async def purge(self, episodes: Mapping[str, int], now: float) -> None:
        """What is long over, but for the present episodes of conditions that hold."""

        def work(connection: apsw.Connection) -> None:
            old = "SELECT id, doc_id, activated_at FROM told WHERE at < ?"
            found = sql.select(connection, old, (now - KEPT_S,))
            gone = [(row,) for row, doc_id, activated_at in found if episodes.get(doc_id) != activated_at]
            connection.executemany("DELETE FROM told WHERE id = ?", gone)
            sql.run(connection, "DELETE FROM deliveries WHERE ended_at < ?", (now - KEPT_S,))

        await self._do(work)

    # --- the connection --------------------------------------------------------------------------------------------

    async def _run(self, statement: str, values: sql.Values) -> None:
        await self._do(lambda connection: sql.run(connection, statement, values))

    async def _select(self, statement: str, values: sql.Values = ()) -> list[sql.Row]:
        return await self._do(lambda connection: sql.select(connection, statement, values))

    async def _do(self, work: Callable[[apsw.Connection], T]) -> T:
        return await trio.to_thread.run_sync(self.done_here, work, limiter=self._thread)

    def done_here(self, work: Callable[[apsw.Connection], T]) -> T:
        """In this thread."""
        if self._connection is None:
            self._connection = _FILE.opened(self._path)
        with speaking_sqlite(self._path), self._connection as connection:
            answer = work(connection)
        return answer  # noqa: RET504 - the connection may swallow what is raised, as far as types can tell

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _assign(connection: apsw.Connection, rows: Sequence[int], delivery_id: str) -> None:
    connection.executemany("UPDATE told SET delivery_id = ?2 WHERE id = ?1", [(row, delivery_id) for row in rows])
