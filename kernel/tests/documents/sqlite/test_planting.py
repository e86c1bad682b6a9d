"""What a store plants by itself is what anybody would have written of the same files, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mosaicfs import wire
from mosaicfs.documents.sqlite import SqliteStore, open_store
from mosaicfs.model.document import Document
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.ids import file_id, new_uuids
from mosaicfs.model.json import LAST_EXACT
from mosaicfs.model.questions import FilesUnder
from mosaicfs.model.role import node_role
from mosaicfs.model.store import NewFile
from mosaicfs.model.times import mtime_text
from mosaicfs.services.indexing.identity import joined

NODE = "node-laptop"
LAST_NS = 2**63 - 1

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=12)
folders = st.lists(names, max_size=3).map(lambda parts: "/" + "/".join(parts))


@st.composite
def new_files(draw: st.DrawFn) -> list[NewFile]:
    places = draw(st.lists(st.tuples(folders, names), min_size=1, max_size=20, unique=True))
    return [
        NewFile(
            file_id(uuid),
            *place,
            draw(st.integers(0, LAST_EXACT)),
            draw(st.integers(0, LAST_NS)),
            draw(st.none() | st.sampled_from(["image/jpeg", "text/plain; charset=utf-8", 'a/"b"'])),
        )
        for uuid, place in zip(new_uuids(len(places)), places, strict=True)
    ]


def noun_of(file: NewFile, inode: int) -> File:
    return File(
        inode=inode,
        name=file.name,
        source=FileSource(node_id=NODE, export_path=joined(file.folder, file.name), export_parent=file.folder),
        size=file.size,
        mtime=mtime_text(file.mtime_ns),
        mime_type=file.mime_type,
        status="active",
    )


async def planted(store: SqliteStore, file: NewFile) -> tuple[Document, File]:
    document = await store.get(file.file_id)
    assert document is not None
    noun = wire.decode(file.file_id, document.body)
    assert isinstance(noun, File)
    return document, noun


@settings(deadline=None, max_examples=30)
@given(files=new_files())
async def test_it_is_what_would_have_been_written_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, files: list[NewFile]
) -> None:
    folder = tmp_path_factory.mktemp("store")
    async with open_store(folder / "mosaicfs.db", folder / "bell") as store:
        await store.plant(NODE, files)
        inodes = set()
        for file in files:
            document, noun = await planted(store, file)
            assert document.body == wire.encode(noun_of(file, noun.inode))
            assert document.rev.startswith("1-")
            inodes.add(noun.inode)
        assert len(inodes) == len(files)
        page = await store.changes("0", 100)
        assert [row.id for row in page.rows] == [file.file_id for file in files]
        assert await store.check(deep=True) == []


async def test_planted_once_more_it_is_there_once(tmp_path: Path) -> None:
    files = [NewFile(file_id(uuid), "/home", f"{n}.txt", n, n) for n, uuid in enumerate(new_uuids(5))]
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        await store.plant(NODE, files[:3])
        before = [await planted(store, file) for file in files[:3]]
        await store.plant(NODE, files)
        await store.plant(NODE, files)
        assert [await planted(store, file) for file in files[:3]] == before
        assert len((await store.changes("0", 100)).rows) == 5
        assert await store.check(deep=True) == []


async def test_what_is_planted_is_found_and_can_be_changed(tmp_path: Path) -> None:
    file = NewFile(file_id(new_uuids(1)[0]), "/home/anna", "note.txt", 3, 1_700_000_000_000_000_001, "text/plain")
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        await store.plant(NODE, [])
        await store.plant(NODE, [file])
        document, noun = await planted(store, file)
        found = await store.ask(FilesUnder(NODE, "/home"))
        assert [each.id for each in found.documents] == [file.file_id]
        later = Document(document.id, document.rev, wire.encode(noun_of(file._replace(size=4), noun.inode)))
        (written,) = await store.write([later], writer=node_role(NODE))
        assert (written.error, written.rev[:2]) == ("", "2-")
        assert await store.check(deep=True) == []
