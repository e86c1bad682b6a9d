"""Files that somebody made to break their readers: each is refused in words, in bounded time and memory."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from itertools import chain, repeat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mosaicfs_extraction import refusal
from mosaicfs_extraction.child import text_of as text_of_pieces
from mosaicfs_extraction.children import Children
from mosaicfs_extraction.formats.choosing import format_of
from mosaicfs_extraction.speech import Text, TextWanted
from plugins.library.extraction.tests import samples

W = b"urn:word"
BEGIN, END = b'<w:document xmlns:w="' + W + b'"><w:body>', b"</w:body></w:document>"
WORD = "word/document.xml"
KINDS = ("pdf", "docx", "xlsx", "odt", "ods", "eml", "html", "txt")


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    made = Children()
    yield made
    made.close()


def read(children: Children, path: Path, max_chars: int = 10_000, limit_s: float = 60) -> Text:
    return children.text_of(TextWanted(bytes(path), path.name, "", max_chars, limit_s))


def still_reads(children: Children, folder: Path) -> None:
    (folder / "next.txt").write_text("still here")
    assert read(children, folder / "next.txt").body == "still here"


def word(folder: Path, content: Iterable[bytes]) -> Path:
    small = samples.docx(folder / "small.docx", "x")
    return samples.with_member(small, folder / "made.docx", WORD, chain((BEGIN,), content, (END,)))


def test_a_document_of_gigabytes_is_read_as_far_as_it_is_wanted(children: Children, tmp_path: Path) -> None:
    """A few megabytes that unpack to much more; the words in front are had at once."""
    lines = b"<w:p><w:r><w:t>word</w:t></w:r></w:p>" * 30_000
    found = read(children, word(tmp_path, repeat(lines, 100)), limit_s=20)
    assert (len(found.body), found.truncated, found.unread) == (10_000, True, "")


@pytest.mark.patient
def test_a_bomb_without_a_word_is_given_up(children: Children, tmp_path: Path) -> None:
    bomb = word(tmp_path, repeat(b" " * (1 << 20), 600))
    found = read(children, bomb)
    assert found.body == ""
    assert found.truncated or found.unread == "it unpacks to more than 512 MB"
    still_reads(children, tmp_path)


def test_elements_without_end_are_refused(children: Children, tmp_path: Path) -> None:
    assert read(children, word(tmp_path, repeat(b"<w:p>" * 1000, 200))) == Text(unread=refusal.DEEP)


def test_entities_that_multiply_are_refused(children: Children, tmp_path: Path) -> None:
    """The billion laughs, and a file of this machine."""
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(12))
    for declared in (laughs, b'<!ENTITY l11 SYSTEM "file:///etc/passwd">'):
        head = b"<!DOCTYPE d [" + declared + b']><w:document xmlns:w="' + W + b'"><w:p><w:t>&l11;</w:t></w:p>'
        small = samples.docx(tmp_path / "small.docx", "x")
        made = samples.with_member(small, tmp_path / "made.docx", WORD, (head, b"</w:document>"))
        found = read(children, made)
        assert found.body == ""
        assert "entities" in found.unread


def test_a_member_that_lies_about_its_size_ends_where_it_says(children: Children, tmp_path: Path) -> None:
    made = word(tmp_path, repeat(b"<w:p><w:t>word</w:t></w:p>" * 1000, 20))
    content = bytearray(made.read_bytes())
    with zipfile.ZipFile(made) as archive:
        size = archive.getinfo(WORD).file_size
    for at in range(len(content) - 4):
        if content[at : at + 4] == size.to_bytes(4, "little"):
            content[at : at + 4] = (1000).to_bytes(4, "little")
    made.write_bytes(content)
    assert len(read(children, made).body) <= 1000


def test_what_is_locked_says_so(children: Children, tmp_path: Path) -> None:
    (tmp_path / "locked.docx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert read(children, tmp_path / "locked.docx") == Text(unread=refusal.OLDER)
    with zipfile.ZipFile(tmp_path / "locked.odt", "w") as made:
        made.writestr("content.xml", bytes(range(256)))
        made.writestr("META-INF/manifest.xml", '<manifest><file-entry><encryption-data checksum="x"/>')
    assert read(children, tmp_path / "locked.odt") == Text(unread=refusal.LOCKED)


@pytest.mark.parametrize("claimed", KINDS)
def test_what_is_of_another_type_than_it_says_harms_nobody(children: Children, tmp_path: Path, claimed: str) -> None:
    real = {
        "pdf": samples.pdf(tmp_path / "real.pdf", "words of a page"),
        "docx": samples.docx(tmp_path / "real.docx", "words of a letter"),
        "xlsx": samples.xlsx(tmp_path / "real.xlsx", One=[["words of a sheet"]]),
        "odt": samples.odt(tmp_path / "real.odt", "words of a letter"),
        "eml": samples.eml(tmp_path / "real.eml", "words of a mail"),
    }
    for kind, path in real.items():
        claiming = tmp_path / f"claims.{claimed}"
        claiming.write_bytes(path.read_bytes())
        found = read(children, claiming)
        assert kind == claimed or claimed in ("eml", "html", "txt", "ods", "odt") or found.unread
    still_reads(children, tmp_path)


def test_a_pdf_that_refers_to_itself_comes_to_an_end(children: Children, tmp_path: Path) -> None:
    """Pages whose child is their parent, a page that draws itself, and more pages than there are atoms."""
    resources = "/Resources << /XObject << /X 4 0 R >> >>"
    loops = {
        "tree": ("<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] /Parent 2 0 R >>", "<< >>"),
        "form": (
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R {resources} >>",
        ),
        "many": ("<< /Type /Pages /Count 2147483647 /Kids [2 0 R] >>", "<< >>"),
    }
    draw = f"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] {resources} /Length 4 >>"
    for name, (pages, page) in loops.items():
        objects = ("<< /Type /Catalog /Pages 2 0 R >>", pages, page, f"{draw}\nstream\n/X Do\nendstream")
        body = "".join(f"{number} 0 obj\n{each}\nendobj\n" for number, each in enumerate(objects, 1))
        (tmp_path / f"{name}.pdf").write_text(f"%PDF-1.4\n{body}trailer\n<< /Size 5 /Root 1 0 R >>\n%%EOF\n")
        found = read(children, tmp_path / f"{name}.pdf", limit_s=10)
        assert found.body == ""
    still_reads(children, tmp_path)


def test_a_page_of_a_million_nested_elements_comes_to_an_end(children: Children, tmp_path: Path) -> None:
    (tmp_path / "deep.html").write_bytes(b"<div>" * 1_000_000 + b"word")
    found = read(children, tmp_path / "deep.html", max_chars=1 << 20, limit_s=2)
    assert found.body in ("", "word")
    still_reads(children, tmp_path)


def test_mails_within_mails_come_to_an_end(children: Children, tmp_path: Path) -> None:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000))
    (tmp_path / "deep.eml").write_bytes(head + b"Content-Type: text/plain\n\nword")
    found = read(children, tmp_path / "deep.eml", limit_s=20)
    assert found.unread or found.body in ("", "word") or found.truncated
    attached = EmailMessage()
    attached.set_content("innermost")
    for _ in range(50):
        outer = EmailMessage()
        outer["Subject"] = "again"
        outer.set_content("see below")
        outer.add_attachment(attached)
        attached = outer
    (tmp_path / "chain.eml").write_bytes(bytes(attached))
    assert "innermost" in read(children, tmp_path / "chain.eml").body
    still_reads(children, tmp_path)


def test_a_huge_text_costs_what_is_wanted_of_it(children: Children, tmp_path: Path) -> None:
    """A gigabyte that takes no room on the disk."""
    with (tmp_path / "huge.txt").open("wb") as out:
        out.write(b"word " * 100_000)
        out.truncate(1 << 30)
    assert read(children, tmp_path / "huge.txt") == Text("word " * 2000, truncated=True)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(KINDS), damage=st.lists(st.tuples(st.floats(0, 0.999), st.binary(max_size=8)), max_size=5))
def test_whatever_is_damaged_gets_an_answer(tmp_path: Path, kind: str, damage: list[tuple[float, bytes]]) -> None:
    whole = _made(tmp_path, kind).read_bytes()
    broken = bytearray(whole)
    for place, content in damage:
        at = int(place * len(broken))
        broken[at : at + len(content)] = content
    path = tmp_path / f"broken.{kind}"
    path.write_bytes(broken)
    found = text_of_pieces(format_of("", path.name)(path, 1000), 1000, until=float("inf"))
    assert len(found.body) <= 1000
    assert found.body or found.unread or broken != whole


def _made(folder: Path, kind: str) -> Path:
    path = folder / f"whole.{kind}"
    match kind:
        case "pdf":
            return samples.pdf(path, "one page", "two")
        case "docx":
            return samples.docx(path, "one", cells=("two", "three"))
        case "xlsx":
            return samples.xlsx(path, One=[["a", 1], ["b", 2]])
        case "odt":
            return samples.odt(path, "one", "two")
        case "ods":
            return samples.ods(path, One=[["a", "b"]])
        case "eml":
            return samples.eml(path, "Subject", "plain", "<p>rich")
    path.write_text("<title>t</title><p>words")
    return path
