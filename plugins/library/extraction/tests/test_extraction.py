"""What text comes out of which file, and that no file harms who asks."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from docx import Document

from mosaicfs_extraction import refusal
from mosaicfs_extraction.child import text_of as text_of_pieces
from mosaicfs_extraction.children import Child, Children, DeadChildError
from mosaicfs_extraction.speech import FactsWanted, Text, TextWanted
from mosaicfs_extraction.types import DOCX, MAIL, ODS, ODT, XLSX
from plugins.library.extraction.tests import samples


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    made = Children()
    yield made
    made.close()


def text_of(children: Children, path: Path, mime_type: str = "", max_chars: int = 10_000, limit_s: float = 30) -> Text:
    return children.text_of(TextWanted(bytes(path), path.name, mime_type, max_chars, limit_s))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", b"quarterly earnings", "quarterly earnings"),
        ("bom.txt", "\ufeffÄpfel".encode(), "Äpfel"),
        ("wide.txt", "Äpfel und Birnen".encode("utf-16"), "Äpfel und Birnen"),
        ("apart.txt", "A\u0308pfel".encode(), "Äpfel"),
        ("latin.txt", ("Der Käse über den Dächern schmeckt würzig und süß. " * 20).encode("cp1252"), "Käse"),
        ("cyrillic.txt", ("Съешь же ещё этих мягких французских булок, да выпей чаю. " * 20).encode("cp1251"), "булок"),
        ("declared.html", "<meta charset=iso-8859-2><p>žluťoučký".encode("iso-8859-2"), "žluťoučký"),
        ("page.html", b"<title>T</title><style>.a{}</style><body><p>one<p>two<script>no()</script>", "T\none\ntwo"),
        ("empty.txt", b"", ""),
        ("binary.txt", b"PK\0\1\2" * 100, ""),
    ],
)
def test_text_in_whatever_encoding(
    children: Children, tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    (tmp_path / name).write_bytes(content)
    found = text_of(children, tmp_path / name).body
    assert expected in found
    assert expected or not found
    assert "no()" not in found


def test_documents_of_offices(children: Children, tmp_path: Path) -> None:
    word = samples.docx(tmp_path / "a.docx", "Dear Äpfel", "yours", cells=("left", "right"))
    assert text_of(children, word, DOCX).body.split() == ["Dear", "Äpfel", "yours", "left", "right"]
    assert text_of(children, samples.odt(tmp_path / "b.odt", "Grüße", "Ben"), ODT).body == "Grüße\nBen"
    assert text_of(children, word).body == text_of(children, word, "application/octet-stream").body


def test_what_stands_in_the_margins_comes_last(children: Children, tmp_path: Path) -> None:
    document: Any = Document()
    document.sections[0].header.paragraphs[0].text = "Confidential"
    document.add_paragraph("one\ttwo")
    document.save(str(tmp_path / "a.docx"))
    assert text_of(children, tmp_path / "a.docx").body == "one\ttwo\nConfidential"


TYPES = "[Content_Types].xml"
SHARED = b"""<Override PartName="/xl/sharedStrings.xml"
  ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>"""
ROWS: list[list[object]] = [["Fruit", "Amount"], ["Äpfel", 12], ["Äpfel", 3.5], [True, "Birnen & Öl"]]


def test_sheets_are_read_row_by_row(children: Children, tmp_path: Path) -> None:
    excel = samples.xlsx(tmp_path / "a.xlsx", Stock=ROWS, Empty=[], Last=[["end"]])
    assert text_of(children, excel, XLSX).body.split("\n") == [
        "Stock",
        "Empty",
        "Last",
        "Fruit\tAmount",
        "Äpfel\t12",
        "Äpfel\t3.5",
        "Birnen & Öl",
        "end",
    ]
    calc = samples.ods(tmp_path / "a.ods", Stock=ROWS[:2], Last=[["end"]])
    assert [" ".join(line.split()) for line in text_of(children, calc, ODS).body.split("\n")] == [
        "Stock",
        "Fruit Amount",
        "Äpfel 12",
        "Last",
        "end",
    ]


def test_texts_of_cells_may_stand_in_one_table(children: Children, tmp_path: Path) -> None:
    """As Excel itself writes them, with how they are pronounced; a cell may name one that is not there."""
    excel = samples.xlsx(tmp_path / "a.xlsx", One=[["x"]])
    table = (
        "<sst><si><t>Äpfel</t></si><si><r><t>東</t></r><r><t>京</t></r><rPh><t>とう</t></rPh></si><si><t/></si></sst>"
    )
    cells = "".join(f"<c t='s'><v>{number}</v></c>" for number in ("1", "2", "0", "7", "x", "-1"))
    sheet = f"<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>"
    with zipfile.ZipFile(excel) as made:
        types = made.read(TYPES).replace(b"</Types>", SHARED + b"</Types>")
    for member, content in (
        (TYPES, types),
        ("xl/sharedStrings.xml", table.encode()),
        ("xl/worksheets/sheet1.xml", sheet.encode()),
    ):
        excel = samples.with_member(excel, excel.with_suffix(".again.xlsx"), member, [content])
    assert text_of(children, excel).body == "One\n東京\tÄpfel"


def test_pages_of_a_pdf(children: Children, tmp_path: Path) -> None:
    assert text_of(children, samples.pdf(tmp_path / "a.pdf", "first page", "second")).body.split() == [
        "first",
        "page",
        "second",
    ]


def test_a_mail_with_its_headers_parts_and_names_of_attachments(children: Children, tmp_path: Path) -> None:
    path = samples.eml(tmp_path / "a.eml", "Über uns", "plain words", "<p>rich <b>words</b>", "invoice-7.pdf")
    body = text_of(children, path, MAIL).body
    for each in ("Subject: Über uns", "ana@example.org", "plain words", "rich", "invoice-7.pdf"):
        assert each in body
    assert "secretbytes" not in body


def test_a_mail_that_says_the_same_twice_is_read_once(children: Children, tmp_path: Path) -> None:
    path = samples.eml(tmp_path / "a.eml", "Hello", "Money came in.", "<p>Money went out.")
    assert text_of(children, path).body.count("Money") == 2
    path = samples.eml(tmp_path / "a.eml", "Hello", "Money came in.", "<p>Money came in.")
    assert text_of(children, path).body.count("Money") == 1


def test_it_is_cut_and_says_so(children: Children, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("word " * 1000)
    found = text_of(children, tmp_path / "long.txt", max_chars=100)
    assert (len(found.body), found.truncated) == (100, True)
    (tmp_path / "exact.txt").write_text("x" * 100)
    assert not text_of(children, tmp_path / "exact.txt", max_chars=100).truncated
    many = samples.pdf(tmp_path / "many.pdf", *(f"page {n}" for n in range(40)))
    assert text_of(children, many, max_chars=30).truncated


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.xlsx", "a.odt", "a.ods", "a.eml", "a.html", "a.txt"])
@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"%PDF-1.7\n" + b"\xff" * 3000, b"PK\3\4" + b"\x88" * 999])
def test_what_is_broken_has_no_text_and_is_no_error(
    children: Children, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    assert len(text_of(children, tmp_path / name).body) <= 10_000


def test_what_is_not_there_or_may_not_be_read_has_no_text(children: Children, tmp_path: Path) -> None:
    assert text_of(children, tmp_path / "gone.txt") == Text(unread="it cannot be opened: No such file or directory")
    assert text_of(children, tmp_path, "application/pdf").body == ""


def test_of_what_takes_too_long_the_beginning_is_kept() -> None:
    pieces = iter(["first page", "second page", "third page"])
    assert text_of_pieces(pieces, 1000, until=0.0) == Text("first page", truncated=True)


def test_a_pdf_tells_what_it_is(children: Children, tmp_path: Path) -> None:
    told = children.facts_of(FactsWanted(bytes(samples.pdf(tmp_path / "a.pdf", "one", "two")), 30))
    assert (told.pages, told.title, told.unread) == (2, "", "")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7\n")
    assert children.facts_of(FactsWanted(bytes(tmp_path / "b.pdf"), 30)).unread == refusal.BROKEN


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_read(children: Children, tmp_path: Path) -> None:
    """A pipe that nobody writes to is the slowest file there is."""
    os.mkfifo(tmp_path / "pipe.txt")
    refused = text_of(children, tmp_path / "pipe.txt", limit_s=0.3)
    assert refused == Text(unread="reading it takes more than 0.3 s")
    assert refusal.is_cost(refused.unread)
    (tmp_path / "next.txt").write_text("still here")
    assert text_of(children, tmp_path / "next.txt").body == "still here"


def test_a_child_that_has_gone_is_replaced(children: Children, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    assert text_of(children, tmp_path / "a.txt").body == "one"
    for child in children._idle:
        os.kill(child.pid, 9)
    assert text_of(children, tmp_path / "a.txt").body == "one"


def test_a_child_may_write_no_file_and_has_little_memory(tmp_path: Path) -> None:
    child = Child()
    wanted = TextWanted(bytes(tmp_path / "a.txt"), "a.txt", "", 100, 10)
    try:
        (tmp_path / "a.txt").write_text("one")
        assert msgspec.msgpack.decode(child.ask(wanted), type=Text).body == "one"
        limits = Path(f"/proc/{child.pid}/limits").read_text()
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == 10
        os.kill(child.pid, 9)
        with pytest.raises(DeadChildError):
            child.ask(wanted)
    finally:
        child.end()
    found = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert found["Max address space"] == str(1 << 30)
    assert (found["Max file size"], found["Max core file size"]) == ("0", "0")


def test_nothing_stays_behind(tmp_path: Path) -> None:
    own = Children()
    (tmp_path / "a.txt").write_text("one")
    text_of(own, tmp_path / "a.txt")
    (child,) = own._idle
    own.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)
