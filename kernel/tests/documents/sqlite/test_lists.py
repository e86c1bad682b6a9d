"""Lists of files that are made late: at no moment of it do they change an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from mosaicfs.documents.sqlite import facts, open_store
from mosaicfs.documents.sqlite import store as sqlite_store
from mosaicfs.documents.sqlite.store import SqliteStore
from mosaicfs.model import questions as q
from mosaicfs.model.document import Document, Written
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs_sdk.conformance.store.questions import QuestionTests, fill


class TestQuestionsWhileFilesAreBeingListed(QuestionTests):
    """After every write some files are listed and others are not."""

    @asynccontextmanager
    async def open_store(self, place: Path) -> AsyncIterator[Store]:
        async with open_store(place / "mosaicfs.db", place / "bell") as store:
            write = store.write

            async def write_and_list(docs: Sequence[Document], **asked: Any) -> list[Written]:
                written = await write(docs, **asked)
                await store._writing.run(facts.list_more)
                return written

            store.write = write_and_list  # type: ignore[method-assign]
            yield store

    @pytest.fixture(autouse=True)
    def few_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(facts, "LISTED_AT_ONCE", 1)
        monkeypatch.setattr(sqlite_store, "QUIET_S", 3600)

    async def test_what_is_listed_is_what_the_documents_say(self, store: Store) -> None:
        for seed in range(3):
            await fill(store, seed)
            assert isinstance(store, SqliteStore)
            assert store._reading.here(facts.unlisted) > 0
            assert await store.check(deep=True) == []


async def test_in_a_quiet_moment_all_files_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_store, "QUIET_S", 0.0)
    monkeypatch.setattr(facts, "LISTED_AT_ONCE", 10)
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        await fill(store, 1)
        with trio.fail_after(30):
            while store._reading.here(facts.unlisted):  # noqa: ASYNC110 - nobody tells of it
                await trio.sleep(0.01)
        assert (await store.ask(q.FilesBySize())).documents


async def test_a_file_that_comes_after_a_listed_one_was_purged_is_found(tmp_path: Path) -> None:
    body = (
        b'{"export_parent":"/x","export_path":"/x/a","inode":%d,"mtime":"2026-01-01T00:00:00Z","name":"a","size":%d,'
        b'"source":{"export_parent":"/x","export_path":"/x/a","node_id":"n"},"status":"active","type":"file"}'
    )
    first, second = (f"file::018f6a7e-3c2b-7d11-9a54-00000000000{n}" for n in (1, 2))
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        assert not (await store.write([Document(first, "", body % (1000, 5))], writer=CONTROL))[0].error
        await store._writing.run(facts.list_more)
        await store.drop(first)
        assert not (await store.write([Document(second, "", body % (1001, 6))], writer=CONTROL))[0].error
        assert [found.id for found in (await store.ask(q.FilesBySize(6, 6))).documents] == [second]
        assert await store.check(deep=True) == []
