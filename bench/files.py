"""File documents as a home folder would give them: about 430 bytes each, forty to a folder, the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.times import mtime_text

NODE = "node-laptop"
FILES_A_FOLDER = 40
_BEGUN_MS = 1_750_000_000_000


def documents(count: int) -> list[Document]:
    return [Document(_id(number), "", wire.encode(_file(number))) for number in range(count)]


def folder(number: int) -> str:
    """The one that holds file `number`."""
    of_all = number // FILES_A_FOLDER
    return f"/home/ana/Pictures/holidays/{2000 + of_all % 25}/{of_all:06} summer days in the mountains"


def folders(count: int) -> Iterator[str]:
    return (folder(number) for number in range(0, count, FILES_A_FOLDER))


def _id(number: int) -> str:
    """UUIDv7 as a node makes them while it crawls: four in a millisecond, ordered, with a random tail."""
    tail = number * 0x9E3779B97F4A7C15 & (1 << 62) - 1
    return f"file::{UUID(int=_BEGUN_MS + number // 4 << 80 | 7 << 76 | number % 4 << 64 | 2 << 62 | tail)}"


def _file(number: int) -> File:
    name, parent = f"IMG_{number:08}.jpg", folder(number)
    return File(
        inode=1_000 + number * 7919,
        name=name,
        source=FileSource(node_id=NODE, export_path=f"{parent}/{name}", export_parent=parent),
        size=1_000_000 + number * 104_729 % 8_000_000,
        mtime=mtime_text((1_200_000_000_000_000 + number * 104_729_000_003) * 1_000),
        mime_type="image/jpeg",
        status="active",
    )
