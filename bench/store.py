"""Writing and reading documents through the store, against raw SQLite with the same rows.

The raw side fills the same tables (`raw`), so the ratio is what revisions, the guard, typed values and threads cost.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import apsw
import trio

from bench import files
from bench.harness import Comparison, Side, Target, compare, report
from bench.raw import CopyOf
from mosaicfs.documents.sqlite import SqliteStore, open_store
from mosaicfs.documents.sqlite.opening import connect
from mosaicfs.model.document import Document
from mosaicfs.model.questions import FilesUnder
from mosaicfs.model.role import CONTROL

BATCH = 1_000
FOLDERS = 200
POINTS = 5_000
WRITING = Target(0.35, "at least 0.35 of raw SQLite")


class Reading(NamedTuple):
    """The same read in both ways; both do it wholly and check that they found something."""

    title: str
    amount: int
    unit: str
    ours: Callable[[SqliteStore], Awaitable[None]]
    raw: Callable[[apsw.Connection], None]


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--documents", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=3)


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    try:
        documents = files.documents(options.documents)
        database = folder / "ours" / "mosaicfs.db"
        comparisons = [_writing(database, documents, options.repeats)]
        comparisons += [_reading(database, reading, options.repeats) for reading in _readings(documents)]
        return report("store", comparisons, _sizes(database, documents))
    finally:
        shutil.rmtree(folder)


def _writing(database: Path, documents: list[Document], repeats: int) -> Comparison:
    """Ours goes first in each turn, so the raw side finds rows to copy."""
    copy = CopyOf(database, BATCH)
    return compare(
        f"write, batches of {BATCH:,}",
        Side("store.write", lambda: trio.run(_written, database, documents)),
        Side("apsw, executemany", lambda: copy.insert_into(database.with_name("raw.db"))),
        amount=len(documents),
        unit="documents",
        repeats=repeats,
        target=WRITING,
    )


async def _written(database: Path, documents: list[Document]) -> float:
    shutil.rmtree(database.parent, ignore_errors=True)
    async with open_store(database, database.with_name("bell")) as store:
        begun = perf_counter()
        for start in range(0, len(documents), BATCH):
            rows = await store.write(documents[start : start + BATCH], writer=CONTROL)
            assert not any(row.error for row in rows)
        return perf_counter() - begun


def _readings(documents: list[Document]) -> Iterator[Reading]:
    ids = random.Random(7).choices([document.id for document in documents], k=POINTS)
    yield _points(ids)
    yield _prefixes(random.Random(8).choices(list(files.folders(len(documents))), k=FOLDERS))
    yield _changes(len(documents))


def _points(ids: list[str]) -> Reading:
    async def ours(store: SqliteStore) -> None:
        for doc_id in ids:
            assert await store.get(doc_id)

    def raw(connection: apsw.Connection) -> None:
        for doc_id in ids:
            assert connection.execute("SELECT rev, body FROM docs WHERE id = ?", (doc_id,)).fetchall()

    return Reading("store.get by id", len(ids), "documents", ours, raw)


def _prefixes(folders: list[str]) -> Reading:
    async def ours(store: SqliteStore) -> None:
        for folder in folders:
            assert (await store.ask(FilesUnder(files.NODE, folder))).documents

    def raw(connection: apsw.Connection) -> None:
        for folder in folders:
            assert connection.execute(_UNDER, (files.NODE, folder, f"{folder}0")).fetchall()

    return Reading(f"store.ask FilesUnder, {files.FILES_A_FOLDER} files each", len(folders), "folders", ours, raw)


def _changes(count: int) -> Reading:
    async def ours(store: SqliteStore) -> None:
        since, seen = "0", 0
        while (page := await store.changes(since, BATCH)).rows:
            since, seen = page.last_seq, seen + len(page.rows)
        assert seen == count

    def raw(connection: apsw.Connection) -> None:
        since: apsw.SQLiteValue = 0
        seen = 0
        while page := connection.execute(_SINCE, (since, BATCH)).fetchall():
            since, seen = page[-1][0], seen + len(page)
        assert seen == count

    return Reading(f"store.changes, the whole feed, {BATCH:,} a page", count, "rows", ours, raw)


def _reading(database: Path, reading: Reading, repeats: int) -> Comparison:
    return compare(
        reading.title,
        Side("through the store", lambda: trio.run(_through_the_store, database, reading)),
        Side("apsw, SELECT", lambda: _by_hand(database, reading)),
        amount=reading.amount,
        unit=reading.unit,
        repeats=repeats,
    )


async def _through_the_store(database: Path, reading: Reading) -> float:
    async with open_store(database, database.with_name("bell")) as store:
        begun = perf_counter()
        await reading.ours(store)
        return perf_counter() - begun


def _by_hand(database: Path, reading: Reading) -> float:
    connection = connect(database, cache_kib=8 << 10, readonly=True)
    try:
        begun = perf_counter()
        reading.raw(connection)
        return perf_counter() - begun
    finally:
        connection.close()


def _sizes(database: Path, documents: list[Document]) -> dict[str, float | str]:
    json = sum(len(document.body) + len(document.id) for document in documents)
    disk = database.stat().st_size
    return {"bytes of JSON a document": json / len(documents), "bytes on disk a document": disk / len(documents)}


_UNDER = """
SELECT docs.id, docs.rev, docs.body FROM places JOIN docs USING (n)
WHERE node = ? AND parent >= ? AND parent < ? AND status = 'active' ORDER BY parent, name
"""
_SINCE = "SELECT seq, id, rev, deleted FROM docs WHERE seq > ? ORDER BY seq LIMIT ?"
