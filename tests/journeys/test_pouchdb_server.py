"""pouchdb-server and our server replicate in both directions, whoever drives, and end with the same leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import trio

from mosaicfs_sync.carrier import http_peer
from mosaicfs_sync.carrying import replicate

if TYPE_CHECKING:
    from tests.journeys.conftest import Database, Leaves, Ours

Start = Callable[..., "Ours"]
Reach = Callable[[str], "Database"]
Drive = Callable[["Database", "Database"], None]


def note(number: int, text: str, **members: object) -> dict[str, object]:
    return {"_id": f"note::{number:05}", "type": "note", "text": text, **members}


def live_in(database: Database, first: int, count: int) -> None:
    """Writes, edits, deletions, and what two machines leave behind that wrote the same documents."""
    revs = database.write([note(n, "first") for n in range(first, first + count)])
    edited = list(revs.items())[::3]
    database.write([{"_id": doc_id, "_rev": rev, "type": "note", "text": "second"} for doc_id, rev in edited])
    gone = list(revs.items())[1::10]
    database.write([{"_id": doc_id, "_rev": rev, "type": "note", "_deleted": True} for doc_id, rev in gone])


def disagree(one: Database, other: Database) -> None:
    """The same ids with other first revisions, alive and deleted, on both sides."""
    shared = range(90_000, 90_030)
    one.write([note(n, "one") for n in shared])
    theirs = other.write([note(n, "other") for n in shared])
    gone = list(theirs.items())[::3]
    other.write([{"_id": doc_id, "_rev": rev, "type": "note", "_deleted": True} for doc_id, rev in gone])


def by_pouchdb_server(server: Database) -> Drive:
    def drive(source: Database, target: Database) -> None:
        answer = server.post("/../_replicate", {"source": source.url, "target": target.url})
        assert answer.json()["ok"], answer.text
        assert answer.json()["doc_write_failures"] == 0

    return drive


def by_us(source: Database, target: Database) -> None:
    async def copy() -> None:
        async with http_peer(source.url) as one, http_peer(target.url) as other:
            counters = await replicate(one, other)
            assert counters.doc_write_failures == 0

    trio.run(copy)


@pytest.mark.parametrize("driver", ["pouchdb-server", "us"])
def test_both_directions_end_with_equal_leaves(
    driver: str, ours: Start, database: Reach, pouchdb_server: Callable[[], Database], full: bool
) -> None:
    mine, theirs = database(ours().address), pouchdb_server()
    drive = by_us if driver == "us" else by_pouchdb_server(theirs)
    count = 10_000 if full else 1_000
    live_in(mine, 0, count)
    live_in(theirs, 50_000, count)
    disagree(mine, theirs)
    drive(mine, theirs)
    drive(theirs, mine)
    drive(mine, theirs)
    leaves = mine.leaves()
    assert leaves == theirs.leaves()
    assert len(notes(leaves)) == 2 * count + 30
    assert conflicts(leaves) == 30
    assert mine.info()["doc_count"] == theirs.info()["doc_count"]


def test_a_further_round_by_us_reads_and_moves_nothing(
    ours: Start, database: Reach, pouchdb_server: Callable[[], Database]
) -> None:
    mine, theirs = database(ours().address), pouchdb_server()
    live_in(theirs, 0, 300)

    async def rounds() -> list[int]:
        async with http_peer(theirs.url) as one, http_peer(mine.url) as other:
            return [(await replicate(one, other)).rows_read for _ in range(2)]

    assert trio.run(rounds) == [300, 0]
    assert notes(mine.leaves()) == theirs.leaves()


def notes(leaves: Leaves) -> Leaves:
    """Without what a new instance begins with."""
    return {doc_id: found for doc_id, found in leaves.items() if doc_id.startswith("note::")}


def conflicts(leaves: Leaves) -> int:
    return sum(len(revs) > 1 for revs, _ in leaves.values())
