"""The changes whose bodies hold a text: a store passes over exactly those that do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from mosaicfs.documents.sqlite import SqliteStore, open_store
from mosaicfs.documents.sqlite import store as sqlite_store
from mosaicfs.model.document import ChangeRow, Document
from mosaicfs.model.role import UPSTREAM
from mosaicfs.model.store import LooksIntoBodies

DESK = "node-desk"
OWNERS = (DESK, "node-nas", "node-desktop", "node_desk")
"""One begins with the name that is looked for: to look closer is left to who asks."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as opened:
        yield opened


def random_note(random: Random) -> Document:
    """Now and then a tombstone, and often another leaf of one that is there."""
    body = b'{"node_id":"%s","type":"note"}' % random.choice(OWNERS).encode()
    return Document(
        f"note::{random.randrange(30)}",
        f"1-{random.randrange(4)}",
        body,
        deleted=random.randrange(5) == 0,
    )


async def all_changes(store: SqliteStore) -> list[ChangeRow]:
    return (await store.changes("0", 1_000, bodies=True)).rows


async def named(store: SqliteStore, limit: int) -> list[ChangeRow]:
    """Page by page, until nothing is pending."""
    found: list[ChangeRow] = []
    page = await store.changes_naming(DESK, "0", limit)
    while True:
        assert len(page.rows) <= limit
        found += page.rows
        if not page.pending:
            assert page.last_seq == (await store.info()).update_seq
            return found
        page = await store.changes_naming(DESK, page.last_seq, limit)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("at_once", [1, 7, 50_000])
async def test_the_rows_are_those_of_the_feed_that_hold_the_text(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, seed: int, at_once: int
) -> None:
    monkeypatch.setattr(sqlite_store, "MOST_LOOKED_INTO", at_once)
    random = Random(seed)
    for _ in range(10):
        await store.write([random_note(random) for _ in range(8)], writer=UPSTREAM, new_edits=False)
    expected = [row for row in await all_changes(store) if row.document and DESK.encode() in row.document.body]
    assert any(len(row.revs) > 1 for row in expected)
    for limit in (1, 3, 1_000):
        assert await named(store, limit) == expected


async def test_a_page_may_be_empty_although_more_will_come(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_store, "MOST_LOOKED_INTO", 2)
    others = [Document(f"note::{n}", "1-a", b'{"node_id":"node-nas","type":"note"}') for n in range(3)]
    own = Document("note::own", "1-a", b'{"node_id":"node-desk","type":"note"}')
    await store.write([*others, own], writer=UPSTREAM, new_edits=False)
    page = await store.changes_naming(DESK, "0", 10)
    assert (page.rows, page.pending) == ([], 2)
    assert [row.id for row in (await store.changes_naming(DESK, page.last_seq, 10)).rows] == ["note::own"]


async def test_whoever_can_look_into_bodies_says_so(store: SqliteStore) -> None:
    assert isinstance(store, LooksIntoBodies)
