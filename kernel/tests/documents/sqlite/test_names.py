"""The index of names stays in step with the file, whoever writes it, and costs nothing before somebody searches."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
import trio

from mosaicfs.documents.sqlite import SqliteStore, names, open_store
from mosaicfs.errors import BadQueryError
from mosaicfs.model.document import Document
from mosaicfs.model.role import CONTROL
from mosaicfs.model.search import Search, Word
from mosaicfs_sdk.conformance.store.samples import note
from mosaicfs_sdk.conformance.store.search import agrees, change_something, named
from mosaicfs_sdk.conformance.store.search_samples import body, random_search


@asynccontextmanager
async def opened(place: Path) -> AsyncIterator[SqliteStore]:
    async with open_store(place / "mosaicfs.db", place / "bell") as store:
        yield store


async def found(store: SqliteStore) -> list[str]:
    return sorted(named(hit.document) for hit in (await store.search(Search())).hits)


def file(number: int, name: str) -> Document:
    return Document(f"file::{UUID(int=number)}", "", body(name))


async def put(store: SqliteStore, *docs: Document) -> None:
    assert not [row for row in await store.write(docs, writer=CONTROL) if row.error]


async def test_what_another_process_wrote_is_in_the_next_answer(tmp_path: Path) -> None:
    async with opened(tmp_path) as here, opened(tmp_path) as there:
        await put(here, file(1, "one"))
        assert await found(there) == ["one"]
        await put(here, file(2, "two"), note("note::x"))
        assert await found(there) == await found(here) == ["one", "two"]
        await here.drop(file(2, "").id)
        assert await found(there) == ["one"]


async def test_a_file_dropped_after_a_later_one_vanishes_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as here, opened(tmp_path) as there:
        await put(here, *(file(number, f"{number}") for number in range(4)))
        assert await found(there) == ["0", "1", "2", "3"]
        await here.drop(file(2, "").id)
        assert await found(there) == ["0", "1", "3"]
        await here.drop(file(1, "").id)
        assert await found(there) == ["0", "3"]


@pytest.mark.parametrize("following", [file(9, "new"), note("note::new")])
async def test_a_number_that_is_given_again_belongs_to_the_new_document(tmp_path: Path, following: Document) -> None:
    async with opened(tmp_path) as store:
        await put(store, file(1, "one"), file(2, "two"))
        assert await found(store) == ["one", "two"]
        await store.drop(file(2, "").id)
        await put(store, following)
        assert await found(store) == (["new", "one"] if following.id.startswith("file") else ["one"])


async def test_far_behind_the_index_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_TOO_FAR_BEHIND", 3)
    monkeypatch.setattr(names, "_AT_ONCE", 2)
    async with opened(tmp_path) as store:
        random = Random(3)
        for most in (30, 2, 6, 30):
            await change_something(store, random, most)
            for _ in range(5):
                await agrees(store, random_search(random))


async def test_a_search_that_is_refused_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await put(store, file(1, "one"))
        await store.warm()
        with pytest.raises(BadQueryError):
            await store.search(Search(after=("odd",)))
        assert await found(store) == ["one"]


async def test_trouble_while_catching_up_is_not_built_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path) as store:
        await put(store, file(1, "one"))
        await store.warm()
        await put(store, file(2, "two"))
        with monkeypatch.context() as broken:
            broken.setattr(names, "follow", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                await store.search(Search())
        assert await found(store) == ["one", "two"]


async def test_searches_at_the_same_time_all_see_what_was_written_before(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:

        async def write_and_find(number: int) -> None:
            await put(store, file(number, f"name {number}"))
            page = await store.search(Search(words=(Word(f"name {number}"),), limit=1))
            assert [named(hit.document) for hit in page.hits] == [f"name {number}"]

        async with trio.open_nursery() as nursery:
            for number in range(30):
                nursery.start_soon(write_and_find, number)
        assert len(await found(store)) == 30


def test_numpy_is_not_loaded_before_somebody_searches() -> None:
    code = "import sys, mosaicfs; mosaicfs.open_store, mosaicfs.read_query('*.pdf'); sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
