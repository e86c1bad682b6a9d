"""How a stored name is shown: as it is, cut where it is too long, with a tail where another has it.

Lone surrogates count as three bytes, so a name is never longer on a disk than it is here. Strings that are sorted as
they are stand in the order of their UTF-8 bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from hashlib import sha256
from itertools import count

from mosaicfs.model.filing import FileRow
from mosaicfs.model.ids import tail_of

LONGEST_NAME = 255
RESERVED = frozenset({"federation", ".mosaic"})
"""In `/`, and no source or document may bring them there."""

_LONGEST_EXTENSION = 32
_NEVER_TOO_LONG = LONGEST_NAME // 4
_SHORT_UUID = 8


def is_too_long(name: str) -> bool:
    return len(name) > _NEVER_TOO_LONG and _size(name) > LONGEST_NAME


def any_too_long(names: Collection[str]) -> bool:
    return max(map(len, names), default=0) > _NEVER_TOO_LONG and any(map(is_too_long, names))


def split_extension(name: str) -> tuple[str, str]:
    """The extension begins at the last dot that is not the first character."""
    dot = name.rfind(".")
    return (name[:dot], name[dot:]) if dot > 0 else (name, "")


def shortened(name: str, tail: str) -> str:
    """Cut so that the tail and the extension fit. An extension that is too long is cut like the rest."""
    stem, extension = split_extension(name)
    if _size(extension) > _LONGEST_EXTENSION:
        stem, extension = name, ""
    end = f" ({tail}){extension}"
    return _cut(stem, LONGEST_NAME - _size(end)) + end


def tailed(name: str, tail: str) -> str:
    stem, extension = split_extension(name)
    whole = f"{stem} ({tail}){extension}"
    return shortened(name, tail) if is_too_long(whole) else whole


def own_name(row: FileRow) -> str:
    """What a file is shown as where nothing is in its way."""
    return shortened(row.name, row.file_id[-_SHORT_UUID:]) if is_too_long(row.name) else row.name


def shown_folder(component: str) -> str:
    """A directory's name says which source component it is, so it is the same from every mount entry."""
    if not is_too_long(component):
        return component
    return shortened(component, sha256(component.encode(errors="surrogatepass")).hexdigest()[:8])


def suffixed(row: FileRow) -> Iterator[str]:
    """Names for a file whose own is taken, the wanted first; one of them is always free."""
    uuid = tail_of(row.file_id)
    yield tailed(row.name, row.node_id)
    yield tailed(row.name, f"{row.node_id}, {uuid[-_SHORT_UUID:]}")
    yield tailed(row.name, f"{row.node_id}, {uuid}")
    for number in count(2):
        yield tailed(row.name, f"{row.node_id}, {uuid}, {number}")


def may_be_changed(name: str) -> bool:
    """Whether a shown name may be another than the stored one. Any other is found without a listing."""
    return " (" in name and ")" in name


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))


def _cut(text: str, size: int) -> str:
    data = text.encode(errors="surrogatepass")
    end = min(max(size, 0), len(data))
    while 0 < end < len(data) and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end].decode(errors="surrogatepass")
