"""The cache and the documents: what they no longer speak of goes, at the start and as they change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.role import CONTROL
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sdk.fakes.told import FakeNotices
from mosaicfs_tiers.cache.index import Index
from mosaicfs_tiers.cache.tier import FileCache
from plugins.builtin.tiers.tests.cache.sources import (
    MIB,
    Source,
    cache_at,
    content_at,
    data_files,
    entry_named,
    offered,
    open_files,
    read_here,
    until,
    until_offered,
)

pytestmark = pytest.mark.patient

SIZE = 9 * MIB


async def write(store: MemoryStore, entry: Entry, **facts: object) -> None:
    known = await store.get(entry.file_id)
    shown = {"mtime": entry.mtime, "size": entry.size, "status": "active"} | facts
    file = File(
        inode=1_000,
        name=entry.name,
        source=FileSource(node_id=entry.node_id, export_path=entry.export_path, export_parent="/far"),
        **shown,  # type: ignore[arg-type]
    )
    rev = "" if known is None else known.rev
    (written,) = await store.write([Document(entry.file_id, rev, wire.encode(file))], writer=CONTROL, new_edits=True)
    assert not written.error


async def fetched(cache: FileCache, entry: Entry, root: Path) -> None:
    handle = await cache.keep(entry, Source(entry.size))
    await handle.read(0, entry.size)
    await until_offered(cache, entry)
    await handle.close()
    await until(lambda: not open_files(root))


@asynccontextmanager
async def working(cache: FileCache) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(cache.work)
        await trio.sleep(0.1)
        yield
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize(
    "change",
    [
        {"mtime": "2026-01-15T14:30:01.000000Z"},
        {"size": SIZE + 1},
        {"status": "deleted", "deleted_at": "2026-01-16T00:00:00Z", "deleted_reason": "gone"},
    ],
)
async def test_a_changed_document_drops_its_entry_at_once(tmp_path: Path, change: dict[str, object]) -> None:
    store, entry = MemoryStore(), entry_named(1, SIZE)
    await write(store, entry)
    cache = cache_at(tmp_path, store=store)
    await fetched(cache, entry, tmp_path)
    offer = await cache.offer(entry)
    assert offer is not None
    held = await cache.open(entry, offer)
    async with working(cache):
        assert await offered(cache, entry)
        await write(store, entry, **change)
        await until(lambda: cache.here(entry) == 0)
        await until(lambda: not data_files(tmp_path))
    assert await held.read(0, 100) == content_at(0, 100)
    await held.close()


async def test_a_change_that_is_no_other_version_drops_nothing(tmp_path: Path) -> None:
    store, entry = MemoryStore(), entry_named(1, SIZE)
    await write(store, entry)
    cache = cache_at(tmp_path, store=store)
    await fetched(cache, entry, tmp_path)
    async with working(cache):
        await write(store, entry, mime_type="video/x-matroska")
        await trio.sleep(0.2)
        assert await offered(cache, entry)


async def test_at_the_start_everything_that_belongs_to_nothing_goes(tmp_path: Path) -> None:
    store = MemoryStore()
    entries = [entry_named(number, 2 * MIB) for number in range(1, 6)]
    cache = cache_at(tmp_path, store=store)
    for entry in entries:
        await fetched(cache, entry, tmp_path)
    fitting, without_document, of_another_version, without_file, too_short = entries
    for entry in (fitting, without_file, too_short):
        await write(store, entry)
    await write(store, of_another_version, mtime="2027-01-15T14:30:00.000000Z")
    _data(tmp_path, without_file).unlink()
    with _data(tmp_path, too_short).open("r+b") as file:
        file.truncate(10)
    stray = _data(tmp_path, entry_named(0xABC, 1))
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"left behind")
    (tmp_path / "tmp" / "half").write_bytes(b"left behind")
    fresh = cache_at(tmp_path, store=store)
    async with working(fresh):
        await until(lambda: fresh.report()["entries"] == 1)
        assert data_files(tmp_path) == [_data(tmp_path, fitting)]
        assert list((tmp_path / "tmp").iterdir()) == []
    assert await read_here(fresh, fitting) == content_at(0, 2 * MIB)
    assert without_document not in (fitting, of_another_version)


async def test_a_download_of_another_process_is_not_taken_for_left_behind(tmp_path: Path) -> None:
    async def never(offset: int, length: int) -> None:
        await trio.sleep_forever()

    cache = cache_at(tmp_path)
    handle = await cache.keep(entry_named(1, MIB), Source(MIB, before=never))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_read_until_cancelled, handle.read)
        await until(lambda: (tmp_path / "tmp").is_dir() and list((tmp_path / "tmp").iterdir()))
        async with working(cache_at(tmp_path)):
            await trio.sleep(0.1)
        assert len(list((tmp_path / "tmp").iterdir())) == 1
        nursery.cancel_scope.cancel()
    await handle.close()


async def test_an_entry_whose_map_lies_is_dropped(tmp_path: Path) -> None:
    entry, cache = entry_named(1, SIZE), cache_at(tmp_path)
    handle = await cache.keep(entry, Source(SIZE))
    await handle.read(0, 1)
    await until(lambda: cache.here(entry))
    await handle.close()
    statement = "UPDATE cache_entries SET block_map = x'00'"
    Index(tmp_path / "index.db").change_here(lambda connection: connection.execute(statement).fetchall())
    handle = await cache.keep(entry, Source(SIZE))
    assert await handle.read(0, SIZE) == content_at(0, SIZE)
    await handle.close()
    await until(lambda: cache.here(entry) == 0)
    await fetched(cache, entry, tmp_path)


@pytest.mark.allow_log("database begun anew")
async def test_a_broken_index_is_set_aside_and_said(tmp_path: Path) -> None:
    entry = entry_named(1, SIZE)
    await fetched(cache_at(tmp_path), entry, tmp_path)
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"index.db{suffix}").write_bytes(b"not a database at all" * 1_000)
    notices = FakeNotices()
    cache = cache_at(tmp_path, notices=notices)
    assert "cache_reset" in notices.holding
    assert not await offered(cache, entry)
    await fetched(cache, entry, tmp_path)
    assert await read_here(cache, entry) == content_at(0, SIZE)


async def test_a_cache_that_is_deleted_under_a_running_program_begins_again(tmp_path: Path) -> None:
    entry, cache = entry_named(1, SIZE), cache_at(tmp_path)
    await fetched(cache, entry, tmp_path)
    _empty(tmp_path)
    assert not await offered(cache, entry)
    await fetched(cache, entry, tmp_path)
    assert await read_here(cache, entry) == content_at(0, SIZE)


def _empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()


def _data(root: Path, entry: Entry) -> Path:
    key = entry.file_id.removeprefix("file::")
    return root / key[-2:] / key


async def _read_until_cancelled(read: object) -> None:
    await read(0, 1)  # type: ignore[operator]
