"""The evaluator over the real store: what was written is in the next answer, and each costs what it must."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from kernel.tests.tree.world import LAPTOP, flat, mount, step
from mosaicfs import wire
from mosaicfs.documents.sqlite.store import SqliteStore, open_store
from mosaicfs.model.directory import Mount, MountSource, VirtualDirectory
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.filing import Filing
from mosaicfs.model.ids import directory_id, file_id, new_uuids
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import NewFile
from mosaicfs.tree.evaluator import Evaluator

T = TypeVar("T")
FOLDERS, FILES = 100, 30


@asynccontextmanager
async def filled(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with open_store(tmp_path / "store.db", tmp_path / "bell") as store:
        ids = iter(new_uuids(FOLDERS * FILES))
        files = [
            NewFile(file_id(next(ids)), f"/top/f{folder:02}", f"{number:02}.pdf", number, 10**18, "application/pdf")
            for folder in range(FOLDERS)
            for number in range(FILES)
        ]
        await store.plant(LAPTOP, files)
        pdf = step("glob", pattern="*.pdf")
        await write(store, directory("/all", mount("/top", "*", pdf)))
        await write(store, directory("/free", mount("/top", "*")))
        await write(store, directory("/found", flat(MountSource(search="29.pdf"), pdf)))
        yield store


def directory(path: str, *mounts: Mount) -> Document:
    parent, _, name = path.rpartition("/")
    noun = VirtualDirectory(
        inode=5_000 + len(path),
        virtual_path=path,
        name=name,
        parent_path=parent or "/",
        created_at="2026-03-14T09:00:00Z",
        mounts=mounts,
    )
    return Document(directory_id(path), "", wire.encode(noun))


async def write(store: SqliteStore, *documents: Document) -> None:
    assert not [each.reason for each in await store.write(documents, writer=CONTROL) if each.error]


async def counted(store: SqliteStore, evaluator: Evaluator, work: Callable[[Filing], T]) -> tuple[T, int]:
    before = evaluator.files_examined
    return await store.filed(work), evaluator.files_examined - before


async def test_what_was_written_is_in_the_next_answer(tmp_path: Path) -> None:
    async with filled(tmp_path) as store:
        evaluator = Evaluator()

        async def listed(path: str) -> tuple[list[str], int]:
            listing, examined = await counted(store, evaluator, lambda filing: evaluator.listing(filing, path))
            return [each.name for each in listing.entries], examined

        everything = [f"f{number:02}" for number in range(FOLDERS)]
        assert await listed("/all") == (everything, FOLDERS)
        assert await listed("/free") == (everything, 0)
        assert (await listed("/all/f05"))[1] == FILES - 1
        assert (await listed("/found"))[1] == FOLDERS
        for path in ("/all", "/free", "/all/f05", "/found"):
            assert (await listed(path))[1] == 0

        await move(store, evaluator, "/all/f05/29.pdf", "/top/f05/sub/29.txt")
        assert await listed("/all") == (everything, 1)
        assert (await listed("/all/f05"))[0] == [f"{number:02}.pdf" for number in range(FILES - 1)]
        assert (await listed("/free/f05"))[0][0] == "sub"
        names, examined = await listed("/found")
        assert (len(names), examined) == (FOLDERS - 1, 0)


async def move(store: SqliteStore, evaluator: Evaluator, path: str, to: str) -> None:
    shown = await store.filed(lambda filing: evaluator.look_up(filing, path))
    assert shown.file_id is not None
    document = await store.get(shown.file_id)
    assert document is not None
    file = wire.decode(document.id, document.body)
    assert isinstance(file, File)
    folder, _, name = to.rpartition("/")
    source = msgspec.structs.replace(file.source, export_path=to, export_parent=folder)
    moved = msgspec.structs.replace(file, name=name, source=source)
    await write(store, Document(document.id, document.rev, wire.encode(moved)))
