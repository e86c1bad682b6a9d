"""File documents as a home folder would give them: about 430 bytes each, forty to a folder, the same in every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias
from uuid import UUID

from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.times import mtime_text

NODE = "node-laptop"
FILES_A_FOLDER = 40
_BEGUN_MS = 1_750_000_000_000
_WORDS = (
    "report", "summer", "invoice", "holiday", "draft", "minutes", "ledger", "passport", "tax", "contract", "letter",
    "recipe", "budget", "concert", "garden", "walrus", "quokka", "lecture", "score", "plan", "meeting", "backup",
    "portrait", "journal", "thesis",
)  # fmt: skip
_ENDINGS = ("pdf", "txt", "md", "jpg", "odt")
_MIMES = {
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "md": "text/markdown",
    "odt": "application/vnd.oasis.opendocument.text",
}

Named: TypeAlias = Callable[[int], str]


def camera_name(number: int) -> str:
    return f"IMG_{number:08}.jpg"


def mixed_name(number: int) -> str:
    """Half of them from a camera, the others of words that are common, less common and rare."""
    if number % 2:
        return camera_name(number)
    spread = number * 2_654_435_761 % 2**32
    first, second = _WORDS[spread % len(_WORDS)], _WORDS[spread // 32 % 3]
    year, ending = 1995 + spread // 64 % 30, _ENDINGS[spread // 128 % len(_ENDINGS)]
    separator = " -_"[spread // 256 % 3]
    return f"{first}{separator}{year} {second}-{spread // 1024 % 10_000:04}.{ending}"


def documents(count: int, named: Named = camera_name) -> list[Document]:
    return [Document(_id(number), "", wire.encode(_file(number, named))) for number in range(count)]


def path(number: int, named: Named = camera_name) -> str:
    return f"{folder(number)}/{named(number)}"


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


def _file(number: int, named: Named) -> File:
    name, parent = named(number), folder(number)
    return File(
        inode=1_000 + number * 7919,
        name=name,
        source=FileSource(node_id=NODE, export_path=f"{parent}/{name}", export_parent=parent),
        size=1_000_000 + number * 104_729 % 8_000_000,
        mtime=mtime_text((1_200_000_000_000_000 + number * 104_729_000_003) * 1_000),
        mime_type=_MIMES[name.rpartition(".")[2]],
        status="active",
    )
