"""The changes beside those of files: whoever may read no files gets the same rows as by a look at all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from mosaicfs.documents.scoped import ScopedStore
from mosaicfs.documents.scopes import may_read
from mosaicfs.documents.sqlite import SqliteStore, facts, open_store
from mosaicfs.model.document import Document
from mosaicfs.model.role import BROWSER, UPSTREAM
from mosaicfs.model.store import PassesOverFiles

KINDS = ("file", "notification", "annotation", "credential", "label_rule", "file", "access", "status")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as opened:
        yield opened


async def fill(store: SqliteStore, count: int = 80) -> None:
    docs = [
        Document(f"{KINDS[number % len(KINDS)]}::{number}", "1-aa", b'{"n":1}', deleted=number % 5 == 0, path=("aa",))
        for number in range(count)
    ]
    await store.write(docs, writer=UPSTREAM, new_edits=False)


@pytest.mark.parametrize("limit", [1, 7, 1_000])
async def test_a_browser_gets_what_it_may_read_and_nothing_twice(store: SqliteStore, limit: int) -> None:
    await fill(store)
    assert isinstance(store, PassesOverFiles)
    expected = [row for row in (await store.changes("0", 1_000)).rows if may_read(BROWSER, row.id)]
    scoped, since, found = ScopedStore(store, BROWSER), "0", []
    while True:
        page = await scoped.changes(since, limit)
        found += page.rows
        since = page.last_seq
        if not page.pending:
            break
    assert found == expected
    assert since == (await store.info()).update_seq


async def test_no_file_is_looked_at(store: SqliteStore, tmp_path: Path) -> None:
    await fill(store)
    statement = f"SELECT id FROM docs WHERE seq > 0 AND {facts.BESIDE_FILES} ORDER BY seq"
    with apsw.Connection(str(tmp_path / "mosaicfs.db"), flags=apsw.SQLITE_OPEN_READONLY) as reader:
        plan = [row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert plan == ["SEARCH docs USING INDEX docs_beside_files (seq>?)"]
