"""One function a format: from a path to pieces of text, in the order in which a person reads them.

Libraries are imported by the first file that needs them. What they raise is the caller's matter: a file that cannot be
read has no text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Final, TypeAlias

from mosaicfs_search_fulltext.extracting.decoding import SAMPLE, decoded, looks_like_text

Pieces: TypeAlias = Iterator[str]
Format: TypeAlias = Callable[[Path, int], Pieces]
"""Given the most characters that anybody will take."""

_MARKUP_PER_CHAR: Final = 16
"""So many bytes of a page stand for one character of its text, at most."""
_NO_TEXT = "script, style, noscript, template, svg"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def format_of(mime_type: str, name: str) -> Format:
    """By the type, or by the ending where the type says little. Plain text is what remains."""
    ending = name.rpartition(".")[2].lower()
    if mime_type == "application/pdf" or (not mime_type and ending == "pdf"):
        return pdf
    if mime_type == _DOCX or ending == "docx":
        return docx
    if mime_type == "application/vnd.oasis.opendocument.text" or ending == "odt":
        return odt
    if mime_type == "message/rfc822" or ending == "eml":
        return eml
    if mime_type in ("text/html", "application/xhtml+xml") or ending in ("html", "htm", "xhtml"):
        return html
    return plain


def plain(path: Path, max_chars: int) -> Pieces:
    """A file that begins like none is not read on."""
    with path.open("rb") as file:
        content = file.read(SAMPLE)
        if looks_like_text(content):
            yield decoded(content + file.read(4 * max_chars), may_declare=path.suffix == ".xml")


def html(path: Path, max_chars: int) -> Pieces:
    with path.open("rb") as file:
        yield from _page(decoded(file.read(_MARKUP_PER_CHAR * max_chars), may_declare=True))


def _page(source: str) -> Pieces:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - as the module says

    tree = LexborHTMLParser(source)
    title = tree.css_first("title")
    if title is not None:
        yield title.text(strip=True)
    tree.strip_tags(_NO_TEXT.split(", "))
    if tree.body is not None:
        yield tree.body.text(separator="\n", strip=True)


def pdf(path: Path, max_chars: int) -> Pieces:
    from pypdfium2 import PdfDocument  # noqa: PLC0415 - as the module says

    document = PdfDocument(path)
    try:
        for number in range(len(document)):
            page = document[number]
            text = page.get_textpage()
            try:
                yield text.get_text_bounded()
            finally:
                text.close()
                page.close()
    finally:
        document.close()


def docx(path: Path, max_chars: int) -> Pieces:
    from docx import Document  # noqa: PLC0415 - as the module says
    from docx.oxml.ns import qn  # noqa: PLC0415 - as the module says

    document = Document(str(path))
    # Paragraphs wherever they stand: in tables, in text boxes, in what was inserted.
    for paragraph in document.element.body.iter(qn("w:p")):
        yield "".join(node.text or "" for node in paragraph.iter(qn("w:t")))
    for section in document.sections:
        for part in (section.header, section.footer):
            yield from (paragraph.text for paragraph in part.paragraphs)


def odt(path: Path, max_chars: int) -> Pieces:
    from odfdo import Document  # noqa: PLC0415 - as the module says

    for paragraph in Document(str(path)).body.xpath("//text:p | //text:h"):
        yield str(paragraph.inner_text)  # type: ignore[union-attr]  # the path finds elements only


def eml(path: Path, max_chars: int) -> Pieces:
    from email import message_from_binary_file, policy  # noqa: PLC0415 - as the module says

    with path.open("rb") as file:
        message = message_from_binary_file(file, policy=policy.default)
    yield from (f"{name}: {value}" for name in _HEADERS for value in message.get_all(name, []))
    for part in message.walk():
        name = part.get_filename()
        if name:
            yield name
        elif part.get_content_maintype() == "text":
            yield from _part(part)


_HEADERS: Final = ("Subject", "From", "To", "Cc", "Date")


def _part(part: EmailMessage) -> Pieces:
    content = part.get_payload(decode=True)
    text = decoded(content, may_declare=True) if isinstance(content, bytes) else ""
    declared = part.get_content_charset()
    if declared and isinstance(content, bytes):
        with suppress(LookupError):
            text = content.decode(declared, "replace")
    yield from _page(text) if part.get_content_subtype() == "html" else (text,)
