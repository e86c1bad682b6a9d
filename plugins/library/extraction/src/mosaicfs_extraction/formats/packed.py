"""Documents that are XML in a ZIP archive, read as a stream: no tree is built, and no member is unpacked as a whole.

So a sheet of a million rows costs no more memory than its first, and a bomb costs the time that a file has at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from re import findall
from typing import Final, Protocol
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from mosaicfs_extraction.refusal import BROKEN, DEEP, LOCKED, OLDER, UnreadableError

MOST_UNPACKED: Final = 512 << 20
"""Of one member."""
DEEPEST: Final = 2_000
_PIECE: Final = 1 << 16
_OLDER: Final = b"\xd0\xcf\x11\xe0"
_LOCKED: Final = 0x1
_TYPES: Final = "[Content_Types].xml"


class Reader(Protocol):
    """What becomes of the elements of one member. Names come without their namespaces."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, data: str) -> None: ...


@contextmanager
def unpacked(path: Path) -> Iterator[ZipFile]:
    try:
        archive = ZipFile(path)
    except BadZipFile:
        with path.open("rb") as file:
            raise UnreadableError(OLDER if file.read(4) == _OLDER else BROKEN) from None
    with archive:
        yield archive


def read_into(reader: Reader, archive: ZipFile, member: str) -> Iterator[None]:
    """Returns for a breath after each part of the member, so that its reader can be emptied."""
    if archive.getinfo(member).flag_bits & _LOCKED:
        raise UnreadableError(LOCKED)
    parser = _parser(reader)
    taken = 0
    with archive.open(member) as file:
        while part := file.read(_PIECE):
            taken += len(part)
            if taken > MOST_UNPACKED:
                raise UnreadableError(f"it unpacks to more than {MOST_UNPACKED >> 20} MB")
            parser.Parse(part)
            yield
    parser.Parse(b"", True)
    yield


def parts_of(archive: ZipFile, *kinds: str) -> list[str]:
    """Members of an Office document whose types end so, in the order of `kinds`; the second sheet before the tenth."""
    if _TYPES not in archive.namelist():
        raise UnreadableError(BROKEN)
    found = _Types()
    for _ in read_into(found, archive, _TYPES):
        pass
    return [name for kind in kinds for name in sorted(found.types, key=_numbered) if found.types[name].endswith(kind)]


def _numbered(name: str) -> tuple[list[int], str]:
    return [int(digits) for digits in findall(r"\d+", name)], name


def _parser(reader: Reader) -> expat.XMLParserType:
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise UnreadableError(DEEP)
        reader.start(_local(name), attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        reader.end(_local(name))

    def declared(*_: object) -> None:
        raise UnreadableError("it declares entities of its own, as no program of an office does")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = reader.text, declared
    return parser


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


class _Types:
    def __init__(self) -> None:
        self.types: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Override":
            self.types[attributes.get("PartName", "").lstrip("/")] = attributes.get("ContentType", "")

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...
