"""A digest that was told of a version becomes that of the file, while the file is that version."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from mosaicfs import wire
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry, entry_of
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.json import JsonObject
from mosaicfs.model.role import node_role
from mosaicfs.model.store import Store
from mosaicfs.services.annotating.facts import Fact
from mosaicfs.services.annotating.file_digests import digest_in, keep_digests

NODE = "node-a"
FILE_ID = "file::0195c1de-0000-7000-8000-000000000001"
MTIME = "2026-01-15T14:30:00.123456Z"
HEX = "ab" * 32
NOUN = File(
    inode=7,
    name="a.txt",
    source=FileSource(node_id=NODE, export_path="/docs/a.txt", export_parent="/docs", version="1"),
    size=5,
    mtime=MTIME,
    status="active",
)
ENTRY = entry_of(FILE_ID, NOUN)
TOLD: JsonObject = {"blake3": HEX, "size": 5, "mtime": MTIME, "computed_at": "2026-01-15T14:31:00Z"}


def fact(entry: Entry = ENTRY, data: JsonObject = TOLD) -> Fact:
    return Fact("checksum", 1, entry, data)


@asynccontextmanager
async def store_with(folder: Path, noun: File) -> AsyncIterator[Store]:
    async with open_store(folder / "a.db", folder / "bell") as store:
        (row,) = await store.write([Document(FILE_ID, "", wire.encode(noun))], writer=node_role(NODE))
        assert not row.error
        yield store


async def digest_of(store: Store) -> str | None:
    noun = wire.noun_in(await store.get(FILE_ID), File)
    assert noun is not None
    return noun.digest


async def test_the_owner_keeps_it_and_writes_it_once(tmp_path: Path) -> None:
    async with store_with(tmp_path, NOUN) as store:
        await keep_digests(store, NODE, [fact()])
        assert await digest_of(store) == f"blake3:{HEX}"
        first = await store.get(FILE_ID)
        await keep_digests(store, NODE, [fact()])
        again = await store.get(FILE_ID)
        assert first is not None
        assert again is not None
        assert first.rev == again.rev


MEANWHILE: Mapping[str, File] = {
    "another size": replace(NOUN, size=6),
    "another time": replace(NOUN, mtime="2026-01-15T14:30:01.000000Z"),
    "another version": replace(NOUN, source=replace(NOUN.source, version="2")),
    "deleted": replace(NOUN, status="deleted", deleted_at="2026-01-15T14:31:00Z", deleted_reason="gone"),
}


@pytest.mark.parametrize("noun", MEANWHILE.values(), ids=MEANWHILE)
async def test_another_version_never_gets_it(noun: File, tmp_path: Path) -> None:
    async with store_with(tmp_path, noun) as store:
        await keep_digests(store, NODE, [fact()])
        assert await digest_of(store) is None


async def test_the_file_of_another_node_is_left_to_its_owner(tmp_path: Path) -> None:
    async with store_with(tmp_path, NOUN) as store:
        await keep_digests(store, "node-b", [fact()])
        assert await digest_of(store) is None


async def test_a_file_that_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    other = replace(ENTRY, file_id="file::0195c1de-0000-7000-8000-000000000002")
    async with store_with(tmp_path, NOUN) as store:
        await keep_digests(store, NODE, [fact(other), fact()])
        assert await digest_of(store) == f"blake3:{HEX}"


STRANGE: Mapping[str, JsonObject] = {
    "nothing": {},
    "no version": {"blake3": HEX},
    "another version": {**TOLD, "size": 6},
    "no digest": {**TOLD, "blake3": "abc"},
    "a number": {**TOLD, "blake3": 5},
    "capitals": {**TOLD, "blake3": HEX.upper()},
}


@pytest.mark.parametrize("data", STRANGE.values(), ids=STRANGE)
def test_what_is_no_digest_of_this_version_is_none(data: JsonObject) -> None:
    assert digest_in(data, ENTRY) is None


def test_the_stronger_of_two_is_taken() -> None:
    both: JsonObject = {**TOLD, "sha256": HEX[::-1]}
    assert digest_in(both, ENTRY) == f"blake3:{HEX}"
    assert digest_in({**both, "blake3": None}, ENTRY) == f"sha256:{HEX[::-1]}"
