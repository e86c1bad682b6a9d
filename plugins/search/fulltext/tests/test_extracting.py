"""What text comes out of which file, and that no file harms who asks."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mosaicfs_search_fulltext.extracting.child import text_of as text_of_pieces
from mosaicfs_search_fulltext.extracting.children import Child, Children, DeadChildError
from mosaicfs_search_fulltext.extracting.speech import NOTHING, Text, Wanted
from plugins.search.fulltext.tests import samples

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OPEN = "application/vnd.oasis.opendocument.text"


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    made = Children()
    yield made
    made.close()


def text_of(children: Children, path: Path, mime_type: str = "", max_chars: int = 10_000, limit_s: float = 30) -> Text:
    return children.text_of(Wanted(bytes(path), path.name, mime_type, max_chars, limit_s))


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
    assert text_of(children, word, WORD).body.split() == ["Dear", "Äpfel", "yours", "left", "right"]
    assert "Grüße\nBen" in text_of(children, samples.odt(tmp_path / "b.odt", "Grüße", "Ben"), OPEN).body
    assert text_of(children, word).body == text_of(children, word, "application/octet-stream").body


def test_pages_of_a_pdf(children: Children, tmp_path: Path) -> None:
    assert text_of(children, samples.pdf(tmp_path / "a.pdf", "first page", "second")).body.split() == [
        "first",
        "page",
        "second",
    ]


def test_a_mail_with_its_headers_parts_and_names_of_attachments(children: Children, tmp_path: Path) -> None:
    path = samples.eml(tmp_path / "a.eml", "Über uns", "plain words", "<p>rich <b>words</b>", "invoice-7.pdf")
    body = text_of(children, path, "message/rfc822").body
    for each in ("Subject: Über uns", "ana@example.org", "plain words", "rich", "invoice-7.pdf"):
        assert each in body
    assert "secretbytes" not in body


def test_it_is_cut_and_says_so(children: Children, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("word " * 1000)
    found = text_of(children, tmp_path / "long.txt", max_chars=100)
    assert (len(found.body), found.truncated) == (100, True)
    (tmp_path / "exact.txt").write_text("x" * 100)
    assert not text_of(children, tmp_path / "exact.txt", max_chars=100).truncated
    many = samples.pdf(tmp_path / "many.pdf", *(f"page {n}" for n in range(40)))
    assert text_of(children, many, max_chars=30).truncated


def test_scripts_without_spaces_bring_their_pairs(children: Children, tmp_path: Path) -> None:
    (tmp_path / "ja.txt").write_text("東京都 tower ภาษา")
    assert text_of(children, tmp_path / "ja.txt").grams.split() == ["東京", "京都", "ภา", "าษ", "ษา"]


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.odt", "a.eml", "a.html", "a.txt"])
@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"%PDF-1.7\n" + b"\xff" * 3000, b"PK\3\4" + b"\x88" * 999])
def test_what_is_broken_has_no_text_and_is_no_error(
    children: Children, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    assert len(text_of(children, tmp_path / name).body) <= 10_000


def test_what_is_not_there_or_may_not_be_read_has_no_text(children: Children, tmp_path: Path) -> None:
    assert text_of(children, tmp_path / "gone.txt") == NOTHING
    assert text_of(children, tmp_path, "application/pdf") == NOTHING


def test_of_what_takes_too_long_the_beginning_is_kept() -> None:
    pieces = iter(["first page", "second page", "third page"])
    assert text_of_pieces(pieces, 1000, until=0.0) == Text("first page", "", truncated=True)


@pytest.mark.patient
def test_a_bomb_meets_the_limit_of_the_child_not_of_the_machine(children: Children, tmp_path: Path) -> None:
    """Half a megabyte that would be gigabytes as a document."""
    path = tmp_path / "bomb.docx"
    with (
        zipfile.ZipFile(samples.docx(tmp_path / "small.docx", "x")) as small,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for name in small.namelist():
            if name != "word/document.xml":
                bomb.writestr(name, small.read(name))
        with bomb.open("word/document.xml", "w") as member:
            begin, end = small.read("word/document.xml").split(b"<w:body>")
            member.write(begin + b"<w:body>")
            for _ in range(120):
                member.write(b"<w:p/>" * 170_000)
            member.write(end)
    assert text_of(children, path, WORD) == NOTHING
    (tmp_path / "next.txt").write_text("still here")
    assert text_of(children, tmp_path / "next.txt").body == "still here"


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_read(children: Children, tmp_path: Path) -> None:
    """A pipe that nobody writes to is the slowest file there is."""
    os.mkfifo(tmp_path / "pipe.txt")
    assert text_of(children, tmp_path / "pipe.txt", limit_s=0.3) == NOTHING
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
    try:
        (tmp_path / "a.txt").write_text("one")
        assert child.text_of(Wanted(bytes(tmp_path / "a.txt"), "a.txt", "", 100, 10)).body == "one"
        limits = Path(f"/proc/{child.pid}/limits").read_text()
        os.kill(child.pid, 9)
        with pytest.raises(DeadChildError):
            child.text_of(Wanted(bytes(tmp_path / "a.txt"), "a.txt", "", 100, 10))
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
