"""Dropping what documents no longer speak of: at the start by a look at everything, then with the changes feed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import structlog
import trio

from mosaicfs.model.document import Document
from mosaicfs.model.entry import entry_of
from mosaicfs.model.file import File
from mosaicfs.model.store import Store
from mosaicfs.wire import noun_in
from mosaicfs_tiers.cache.data_files import key_of
from mosaicfs_tiers.cache.index import Row, remove_rowless, rows_by_key
from mosaicfs_tiers.cache.shelf import Shelf

_PAGE: Final = 500
_CHANGES: Final = 1_000
_LOOK_S: Final = 60.0
_PAUSE_S: Final = 0.1

_log = structlog.get_logger(component="cache")


async def reconcile(shelf: Shelf, store: Store) -> None:
    """What a kill, a restored store or a person has left: rows and files that do not belong together, and entries that
    no active document has in this version.
    """
    await trio.to_thread.run_sync(shelf.files.empty_staging)
    await _remove_rowless_files(shelf)
    after, dropped = "", 0
    while rows := await shelf.index.change(partial(rows_by_key, after=after, limit=_PAGE)):
        after = rows[-1].cache_key
        whole = await trio.to_thread.run_sync(_with_files, shelf, rows)
        fitting = await _fitting(store, whole)
        stale = [row for row in rows if row not in fitting]
        if stale:
            await shelf.drop(stale)
        dropped += len(stale)
    if dropped:
        _log.info("entries of the cache dropped at start", entries=dropped)


async def follow(shelf: Shelf, store: Store) -> None:
    """For ever. What changed before is the matter of `reconcile`."""
    since = (await store.info()).update_seq
    while True:
        since = await _past_what_concerns_nobody(shelf, store, since)
        page = await store.changes(since, _CHANGES)
        since = page.last_seq
        rows = [row for each in page.rows if (row := _row_of(shelf, each.id)) is not None]
        if rows:
            fitting = await _fitting(store, rows)
            if stale := [row for row in rows if row not in fitting]:
                await shelf.drop(stale)
        if not page.rows:
            await store.wait_until_changed(since, _LOOK_S)


async def _past_what_concerns_nobody(shelf: Shelf, store: Store, since: str) -> str:
    """While nothing is kept, no change is read: a node may be fetching half a million."""
    while True:
        now = (await store.info()).update_seq
        if shelf.index.totals()[0]:
            return since
        since = now
        await trio.sleep(_PAUSE_S)
        await store.wait_until_changed(since, _LOOK_S)


def _row_of(shelf: Shelf, doc_id: str) -> Row | None:
    key = key_of(doc_id)
    return shelf.index.row(key) if key else None


async def _fitting(store: Store, rows: Sequence[Row]) -> set[Row]:
    documents = await store.get_many([row.file_id for row in rows])
    return {row for row, document in zip(rows, documents, strict=True) if _fits(row, document)}


def _fits(row: Row, document: Document | None) -> bool:
    file = noun_in(document, File)
    return file is not None and file.status == "active" and row.is_version_of(entry_of(row.file_id, file))


def _with_files(shelf: Shelf, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if shelf.files.has(row.cache_key, row.file_size)]


async def _remove_rowless_files(shelf: Shelf) -> None:
    for shard in await trio.to_thread.run_sync(shelf.files.shards):
        names = await trio.to_thread.run_sync(_names, shard)
        keys = [name for name in names if key_of(f"file::{name}") and name.endswith(shard.name)]
        if suspects := [key for key in keys if shelf.index.row(key) is None]:
            await shelf.index.change(partial(remove_rowless, files=shelf.files, keys=suspects))


def _names(shard: Path) -> list[str]:
    try:
        return os.listdir(shard)  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return []
