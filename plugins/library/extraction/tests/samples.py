"""Small real files of each kind, made by the libraries that people's programs use."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document as Word
from odfdo import Cell, Paragraph, Row, Table
from odfdo import Document as Open
from openpyxl import Workbook


def docx(path: Path, *paragraphs: str, cells: tuple[str, ...] = ()) -> Path:
    document: Any = Word()
    for each in paragraphs:
        document.add_paragraph(each)
    if cells:
        row = document.add_table(rows=1, cols=len(cells)).rows[0]
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.save(str(path))
    return path


def odt(path: Path, *paragraphs: str) -> Path:
    document = Open("text")
    for each in paragraphs:
        document.body.append(Paragraph(each))
    document.save(str(path))
    return path


def xlsx(path: Path, **sheets: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def ods(path: Path, **sheets: list[list[Any]]) -> Path:
    document: Any = Open("spreadsheet")
    document.body.clear()
    for name, rows in sheets.items():
        table = Table(name)
        for values in rows:
            row = Row()
            for value in values:
                row.append_cell(Cell(value, text=str(value)))
            table.append_row(row)
        document.body.append(table)
    document.save(str(path))
    return path


def with_member(source: Path, path: Path, member: str, content: Iterable[bytes]) -> Path:
    """A copy in which one member of the archive is another."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            if name != member:
                after.writestr(name, before.read(name))
        with after.open(member, "w", force_zip64=True) as out:
            for part in content:
                out.write(part)
    return path


def eml(path: Path, subject: str, plain: str = "", html: str = "", attachment: str = "") -> Path:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "ana@example.org", "ben@example.org"
    message.set_content(plain)
    if html:
        message.add_alternative(html, subtype="html")
    if attachment:
        message.add_attachment(b"\0\1secretbytes", maintype="application", subtype="pdf", filename=attachment)
    path.write_bytes(message.as_bytes())
    return path


def pdf(path: Path, *pages: str) -> Path:
    """The smallest that shows a line of text on each page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        content = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
        resources = f"/Contents {5 + 2 * number} 0 R /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {resources} >>")
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    out, places = BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, each in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{each}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write(b"".join(f"{place:010} 00000 n \n".encode() for place in places))
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    path.write_bytes(out.getvalue())
    return path
