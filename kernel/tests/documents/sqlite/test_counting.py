"""Files are counted anew only when one of them has changed, and every count is that of the live documents."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from mosaicfs.documents.sqlite import SqliteStore, counting, open_store
from mosaicfs.model.document import Document
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import IdRange
from mosaicfs_sdk.conformance.store.questions import fill

_files = counting._files


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as opened:
        yield opened


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[apsw.Connection]:
    """At the table of files."""
    made: list[apsw.Connection] = []

    def look(connection: apsw.Connection) -> counting.Counts:
        made.append(connection)
        return _files(connection)

    monkeypatch.setattr(counting, "_files", look)
    return made


async def live(store: SqliteStore) -> Counter[tuple[str, str]]:
    rows = await store.ids(IdRange(), 10_000, include_docs=True)
    bodies = [json.loads(row.document.body) for row in rows if row.document]
    return Counter((body["type"], body.get("status", "")) for body in bodies)


async def write(store: SqliteStore, doc: Document) -> None:
    (row,) = await store.write([doc], writer=CONTROL)
    assert not row.error


async def test_what_is_no_file_costs_no_look_at_the_files(store: SqliteStore, looks: list[apsw.Connection]) -> None:
    await fill(store, 0)
    for number in range(3):
        await write(store, Document(f"note::{number}", "", b'{"type":"note"}'))
        assert await store.counts() == await live(store)
    assert len(looks) == 1


async def test_a_file_that_changes_goes_or_is_dropped_is_counted_anew(
    store: SqliteStore, looks: list[apsw.Connection], tmp_path: Path
) -> None:
    await fill(store, 0)
    rows = await store.ids(IdRange(), 10_000, include_docs=True)
    files = [row.document for row in rows if row.document and b'"status":"active"' in row.document.body]
    changed, gone, dropped, elsewhere = [doc for doc in files if doc.id.startswith("file::")][:4]
    before = await store.counts()
    await write(store, changed._replace(body=changed.body.replace(b'"active"', b'"deleted"')))
    assert await store.counts() == await live(store) != before
    await write(store, Document(gone.id, gone.rev, b"{}", deleted=True))
    assert await store.counts() == await live(store)
    await store.drop(dropped.id)
    assert await store.counts() == await live(store)
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as other:
        await write(other, Document(elsewhere.id, elsewhere.rev, b"{}", deleted=True))
    assert await store.counts() == await live(store)
    assert len(looks) == 5
    assert (await store.counts())["file", "active"] == before["file", "active"] - 4
