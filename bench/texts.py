"""Documents of many kinds, with words as often as in real text: the same in every run."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from mosaicfs.model.entry import Entry

VOCABULARY: Final = 30_000
TYPES: Final = {
    "txt": "text/plain",
    "md": "text/markdown",
    "html": "text/html",
    "py": "text/x-python",
    "eml": "message/rfc822",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
}
SHARES: Final = {"txt": 45, "md": 20, "html": 15, "py": 8, "eml": 8, "pdf": 4, "docx": 4, "xlsx": 2, "odt": 2}
OFFICE: Final = ("docx", "xlsx", "odt")


class Corpus(NamedTuple):
    folder: Path
    entries: Sequence[tuple[Entry, Path]]

    @property
    def megabytes(self) -> float:
        return sum(entry.size for entry, _ in self.entries) / 1e6


def made(folder: Path, count: int, only: Collection[str] = ()) -> Corpus:
    """Of words as often as in real text: a few everywhere, most nearly nowhere. Of all kinds, or of some."""
    chance = random.Random(7)
    weights = [1 / (rank + 2) for rank in range(VOCABULARY)]
    words = [f"w{number}" for number in range(VOCABULARY)]
    shares = {kind: share for kind, share in SHARES.items() if not only or kind in only}
    kinds = chance.choices(list(shares), list(shares.values()), k=count)
    entries = []
    for number, kind in enumerate(kinds):
        path = folder / f"{number // 500:03}" / f"file-{number:06}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = chance.choices(words, weights, k=int(chance.lognormvariate(6, 1)) + 5)
        text[len(text) // 2 : len(text) // 2] = _marks(number)
        path.write_bytes(_WRITERS[kind](list(_lines(text))))
        entries.append((_entry(number, path, TYPES[kind]), path))
    return Corpus(folder, entries)


def _marks(number: int) -> list[str]:
    phrase = ["anchor", "phrase"] if number % 10 == 0 else ["phrase", "anchor"] if number % 10 == 1 else []
    return [*phrase, f"needle{number}"]


def _lines(words: Sequence[str]) -> Iterator[str]:
    return (" ".join(words[at : at + 12]) for at in range(0, len(words), 12))


def _entry(number: int, path: Path, mime_type: str) -> Entry:
    return Entry(
        file_id=f"file::0195c1de-0000-7000-8000-{number:012x}",
        node_id="bench",
        export_path=str(path),
        name=path.name,
        size=path.stat().st_size,
        mtime="2026-01-15T14:30:00.123456Z",
        mime_type=mime_type,
    )


def _plain(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


def _page(lines: list[str]) -> bytes:
    paragraphs = "".join(f"<p class='a'>{line}</p>\n" for line in lines)
    return f"<!doctype html><html><head><title>page</title></head><body>{paragraphs}</body></html>".encode()


def _source(lines: list[str]) -> bytes:
    return "\n".join(f"# {line}\nx = 1" for line in lines).encode()


def _mail(lines: list[str]) -> bytes:
    head = "From: ana@example.org\nTo: ben@example.org\nSubject: hello\nDate: Thu, 15 Jan 2026 14:30:00 +0000\n"
    kind = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
    return (head + kind + "\n".join(lines)).encode()


def _pdf(lines: list[str]) -> bytes:
    """One page, a line of text each."""
    shown = " ".join(f"({line}) '" for line in lines)
    resources = "/Resources << /Font << /F1 3 0 R >> >>"
    content = f"BT /F1 8 Tf 9 TL 20 780 Td {shown} ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 9999] /Contents 5 0 R {resources} >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{each}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def _docx(lines: list[str]) -> bytes:
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    body = f'<w:document xmlns:w="urn:w"><w:body>{paragraphs}</w:body></w:document>'
    return _packed({"[Content_Types].xml": _content_types({"/word/document.xml": main}), "word/document.xml": body})


def _xlsx(lines: list[str]) -> bytes:
    """A row a line, a cell a word, as inline texts."""
    cells = ("".join(f"<c t='inlineStr'><is><t>{word}</t></is></c>" for word in line.split()) for line in lines)
    rows = "".join(f"<row>{row}</row>" for row in cells)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = {"/xl/workbook.xml": f"{kind}.sheet.main+xml", "/xl/worksheets/sheet1.xml": f"{kind}.worksheet+xml"}
    members = {
        "[Content_Types].xml": _content_types(types),
        "xl/workbook.xml": '<workbook><sheets><sheet name="One"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
    }
    return _packed(members)


def _odt(lines: list[str]) -> bytes:
    paragraphs = "".join(f"<t:p>{line}</t:p>" for line in lines)
    return _packed({"content.xml": f'<o:content xmlns:o="urn:o" xmlns:t="urn:t">{paragraphs}</o:content>'})


def _content_types(types: dict[str, str]) -> str:
    parts = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in types.items())
    return f"<Types>{parts}</Types>"


def _packed(members: dict[str, str]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


_WRITERS: Final[dict[str, Callable[[list[str]], bytes]]] = {
    "txt": _plain,
    "md": _plain,
    "html": _page,
    "py": _source,
    "eml": _mail,
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "odt": _odt,
}
