"""Events and activity on disk: `<state>/events.db`, with how far the store's changes feed has been told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import apsw
import msgspec

from mosaicfs import OwnFile
from mosaicfs_control.events.activity import Deed, together
from mosaicfs_control.events.event import Event
from mosaicfs_control.own_database import OwnDatabase, Value, rows

FILE = OwnFile(
    application_id=0x4D6F4576,
    number=1,
    schema="""
CREATE TABLE events (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, type TEXT NOT NULL, node_id TEXT, body BLOB NOT NULL);
CREATE TABLE activity (
  n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, node_id TEXT, body BLOB NOT NULL
);
CREATE TABLE others (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
""",
)


class Extent(NamedTuple):
    """`oldest` is the first that is kept, or the next one where none is."""

    oldest: int
    last: int


class EventFile:
    def __init__(self, database: OwnDatabase) -> None:
        self._database = database

    async def add(self, events: Sequence[Event], at: int, position: str | None, deeds: Sequence[Deed] = ()) -> None:
        """At once; `at` in seconds since 1970. The last number stays known when its event is forgotten."""
        added = [(event.id, at, event.type, event.node_id, msgspec.json.encode(event)) for event in events]
        others = [("last", str(events[-1].id))] if events else []
        if position is not None:
            others.append(("position", position))

        def write(connection: apsw.Connection) -> None:
            connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", added)
            connection.executemany("REPLACE INTO others VALUES (?, ?)", others)
            for deed in deeds:
                _put_deed(connection, deed, at)

        await self._database.write(write)

    async def read(self, since: int, until: int, types: Sequence[str], node_id: str | None, limit: int) -> list[Event]:
        """After `since`, up to `until`, oldest first. No type is every one."""
        where = "n > ? AND n <= ?"
        chosen: list[Value] = [since, until]
        if types:
            where += f" AND type IN ({', '.join('?' * len(types))})"
            chosen += types
        if node_id is not None:
            where += " AND node_id = ?"
            chosen.append(node_id)

        def find(connection: apsw.Connection) -> list[Event]:
            asked = f"SELECT body FROM events WHERE {where} ORDER BY n LIMIT ?"  # noqa: S608 - parts are ours
            return [msgspec.json.decode(body, type=Event) for (body,) in rows(connection, asked, (*chosen, limit))]

        return await self._database.read(find)

    async def activity(self, node_id: str | None, limit: int) -> list[Deed]:
        """Newest first."""
        where, chosen = ("WHERE node_id = ?", [node_id]) if node_id is not None else ("", [])

        def find(connection: apsw.Connection) -> list[Deed]:
            asked = f"SELECT body FROM activity {where} ORDER BY at DESC, n DESC LIMIT ?"  # noqa: S608 - parts are ours
            return [msgspec.json.decode(body, type=Deed) for (body,) in rows(connection, asked, (*chosen, limit))]

        return await self._database.read(find)

    async def forget(self, before: int, until: int, deeds_before: int) -> None:
        """Those from before a moment, and those up to a number."""

        def write(connection: apsw.Connection) -> None:
            rows(connection, "DELETE FROM activity WHERE at < ?", (deeds_before,))
            rows(connection, "DELETE FROM events WHERE n <= ? OR at < ?", (until, before))

        await self._database.write(write)

    async def begin_anew(self, last: int) -> None:
        """Nothing that was told is kept, nor how far its source was read; numbers go on after `last`."""

        def write(connection: apsw.Connection) -> None:
            rows(connection, "DELETE FROM events")
            rows(connection, "DELETE FROM others")
            rows(connection, "INSERT INTO others VALUES ('last', ?)", (str(last),))

        await self._database.write(write)

    async def extent(self) -> Extent:
        def find(connection: apsw.Connection) -> Extent:
            last = int(_other(connection, "last") or 0)
            ((oldest,),) = rows(connection, "SELECT min(n) FROM events")
            return Extent(last + 1 if oldest is None else oldest, last)

        return await self._database.read(find)

    async def position(self) -> str:
        return await self._database.read(lambda connection: _other(connection, "position"))


def _put_deed(connection: apsw.Connection, deed: Deed, at: int) -> None:
    """Together with what is known under the same key."""
    found = rows(connection, "SELECT body FROM activity WHERE key = ?", (deed.key,))
    whole = together(msgspec.json.decode(found[0][0], type=Deed), deed) if found else deed
    put = """
    INSERT INTO activity (key, at, node_id, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET at = excluded.at, body = excluded.body
    """
    rows(connection, put, (deed.key, at, deed.node_id, msgspec.json.encode(whole)))


def _other(connection: apsw.Connection, key: str) -> str:
    found = rows(connection, "SELECT value FROM others WHERE key = ?", (key,))
    return found[0][0] if found else ""
