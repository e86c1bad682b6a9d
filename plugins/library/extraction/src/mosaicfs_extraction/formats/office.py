"""Word and OpenDocument: lines of text, wherever they stand in the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from mosaicfs_extraction.formats import Pieces
from mosaicfs_extraction.formats.packed import parts_of, read_into, unpacked
from mosaicfs_extraction.refusal import BROKEN, LOCKED, UnreadableError


@dataclass(frozen=True, slots=True)
class Markup:
    """Names of elements: those that hold text, those that end a line, what others stand for, those that are left out.

    `named` are those with an attribute `name` that people gave, which is a line of its own.
    """

    holds: frozenset[str]
    lines: frozenset[str]
    stands_for: Mapping[str, str]
    left_out: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()


_WORD: Final = Markup(
    holds=frozenset({"t"}),
    lines=frozenset({"p"}),
    stands_for={"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"},
    left_out=frozenset({"Fallback"}),  # a second time, for older programs
)
_PARAGRAPHS: Final = frozenset({"p", "h"})
_ODT: Final = Markup(
    holds=_PARAGRAPHS,
    lines=_PARAGRAPHS,
    stands_for={"tab": "\t", "s": " ", "line-break": "\n"},
    left_out=frozenset({"tracked-changes"}),  # what was deleted
)
_ODS: Final = Markup(
    holds=_PARAGRAPHS,
    lines=frozenset({"table-row"}),
    stands_for={"table-cell": "\t", "p": " ", "tab": "\t", "s": " ", "line-break": " "},
    left_out=frozenset({"tracked-changes"}),
    named=frozenset({"table"}),
)
_WORD_PARTS: Final = ("document.main+xml", "template.main+xml", "footnotes+xml", "endnotes+xml", "comments+xml")
_WORD_MARGINS: Final = ("header+xml", "footer+xml")


def docx(path: Path, max_chars: int) -> Pieces:
    with unpacked(path) as archive:
        parts = parts_of(archive, *_WORD_PARTS, *_WORD_MARGINS)
        if not parts:
            raise UnreadableError(BROKEN)
        for part in parts:
            yield from _lines(archive, part, _WORD)


def odt(path: Path, max_chars: int) -> Pieces:
    yield from _open_document(path, _ODT)


def ods(path: Path, max_chars: int) -> Pieces:
    yield from _open_document(path, _ODS)


def _open_document(path: Path, markup: Markup) -> Pieces:
    with unpacked(path) as archive:
        names = archive.namelist()
        if "content.xml" not in names:
            raise UnreadableError(BROKEN)
        if "META-INF/manifest.xml" in names and b"encryption-data" in _beginning(archive, "META-INF/manifest.xml"):
            raise UnreadableError(LOCKED)
        yield from _lines(archive, "content.xml", markup)


def _beginning(archive: ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read(1 << 20)


def _lines(archive: ZipFile, part: str, markup: Markup) -> Pieces:
    reader = Lines(markup)
    for _ in read_into(reader, archive, part):
        yield from reader.taken()
        yield ""


class Lines:
    """Collects the lines of one member; whoever reads takes them away."""

    def __init__(self, markup: Markup) -> None:
        self._markup = markup
        self._holding = self._leaving_out = 0
        self._line: list[str] = []
        self._lines: list[str] = []

    def taken(self) -> list[str]:
        lines, self._lines = self._lines, []
        return lines

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._leaving_out += name in self._markup.left_out
        self._holding += name in self._markup.holds
        if name in self._markup.named:
            self._lines += [value for key, value in attributes.items() if key.endswith(" name")]

    def end(self, name: str) -> None:
        markup = self._markup
        self._leaving_out -= name in markup.left_out
        self._holding -= name in markup.holds
        if name in markup.stands_for:
            self._line.append(markup.stands_for[name])
        if name in markup.lines:
            self._lines.append("".join(self._line).strip())
            self._line.clear()

    def text(self, data: str) -> None:
        if self._holding and not self._leaving_out:
            self._line.append(data)
