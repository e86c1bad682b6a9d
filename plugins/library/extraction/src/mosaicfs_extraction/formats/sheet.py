"""Sheets of Excel: a line a row, cells with tabs between, as they are stored: a date is the number of a day.

Texts stand in one table for all sheets, which cells name by number. It is the only thing that is kept whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from mosaicfs_extraction.formats import Pieces
from mosaicfs_extraction.formats.office import Lines, Markup
from mosaicfs_extraction.formats.packed import parts_of, read_into, unpacked
from mosaicfs_extraction.refusal import BROKEN, UnreadableError

_TEXTS: Final = Markup(
    holds=frozenset({"t"}), lines=frozenset({"si"}), stands_for={}, left_out=frozenset({"rPh"})
)  # "rPh" is how a text is pronounced
_MOST_TEXTS: Final = 128 << 20
"""Characters of the table; cells that name what lies behind have no text."""


def xlsx(path: Path, max_chars: int) -> Pieces:
    with unpacked(path) as archive:
        kinds = "sheet.main+xml", "worksheet+xml", "sharedStrings+xml"
        books, sheets, tables = (parts_of(archive, kind) for kind in kinds)
        if not books:
            raise UnreadableError(BROKEN)
        names = _Names()
        for _ in read_into(names, archive, books[0]):
            yield from names.taken()
        texts: list[str] = []
        for table in tables:
            yield from _texts(archive, table, texts)
        for sheet in sheets:
            rows = _Rows(texts)
            for _ in read_into(rows, archive, sheet):
                yield from rows.taken()
                yield ""


def _texts(archive: ZipFile, table: str, into: list[str]) -> Pieces:
    reader, chars = Lines(_TEXTS), 0
    for _ in read_into(reader, archive, table):
        taken = reader.taken()
        into += taken
        chars += sum(map(len, taken))
        if chars > _MOST_TEXTS:
            return
        yield ""


class _Names:
    """Of the sheets."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def taken(self) -> list[str]:
        names, self._names = self._names, []
        return names

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self._names.append(attributes.get("name", ""))

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


class _Rows:
    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._type = ""
        self._is_value = False
        self._value: list[str] = []
        self._cells: list[str] = []
        self._rows: list[str] = []

    def taken(self) -> list[str]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._type = attributes.get("t", "")
        self._is_value = name in ("v", "t")

    def end(self, name: str) -> None:
        self._is_value = False
        if name == "c":
            if cell := self._cell():
                self._cells.append(cell)
            self._value.clear()
        elif name == "row":
            self._rows.append("\t".join(self._cells))
            self._cells.clear()

    def text(self, data: str) -> None:
        if self._is_value:
            self._value.append(data)

    def _cell(self) -> str:
        value = "".join(self._value).strip()
        if self._type == "s":
            number = int(value) if value.isascii() and value.isdigit() else len(self._texts)
            return self._texts[number] if number < len(self._texts) else ""
        return "" if self._type in ("b", "e") else value
