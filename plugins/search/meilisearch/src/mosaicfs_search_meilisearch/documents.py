"""What the server keeps of a file, and how its index is set up."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from msgspec import Struct

from mosaicfs.model.entry import Entry

PRIMARY_KEY: Final = "id"
_part = re.compile(r"[^\W_]+")


class Kept(Struct, frozen=True):
    """`id` is the file without the prefix of its document: the server takes no colon there."""

    id: str
    file_id: str
    name: str
    path: str
    types: list[str]
    mtime: str
    body: str = ""


class Settings(Struct, frozen=True, rename="camel"):
    """Those that we set. The order of searchable attributes is that of their weight; a path is not searched."""

    searchable_attributes: list[str]
    filterable_attributes: list[str]


SETTINGS: Final = Settings(["name", "body"], ["types"])


def key_of(file_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", file_id.removeprefix("file::"))


def kept(entry: Entry, body: str) -> Kept:
    name = unicodedata.normalize("NFC", _clean(entry.name))
    return Kept(
        key_of(entry.file_id),
        entry.file_id,
        name,
        unicodedata.normalize("NFC", _clean(entry.export_path)),
        types_of(entry.mime_type or "", entry.name),
        entry.mtime,
        body,
    )


def types_of(mime_type: str, name: str) -> list[str]:
    """All by which `type:` may name it: the whole, its parts, and the ending."""
    whole, ending = mime_type.lower(), name.rpartition(".")[2].lower()
    return sorted({each for each in (whole, *_part.findall(whole), _clean(ending)) if each})


def _clean(text: str) -> str:
    """A name need not be UTF-8."""
    return text.encode("utf-8", "replace").decode()
