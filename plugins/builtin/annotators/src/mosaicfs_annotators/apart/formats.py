"""One function a format: from an open file to pieces of text, in the order in which a person reads them.

Libraries are imported by the first file that needs them. What they raise is the caller's matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeAlias

from mosaicfs.model.json import JsonObject

Pieces: TypeAlias = Iterator[str]
Format: TypeAlias = Callable[[BinaryIO, int], Pieces]
"""Given the most characters that anybody will take."""

MARKUP_PER_CHAR = 16
NO_TEXT = ["script", "style", "noscript", "template", "svg"]
TYPES = (
    "text/*",
    "application/pdf",
    "application/xhtml+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.oasis.opendocument.text",
    "message/rfc822",
)


def format_of(mime_type: str) -> Format:
    return {
        "application/pdf": pdf,
        "text/html": html,
        "application/xhtml+xml": html,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": docx,
        "application/vnd.oasis.opendocument.text": odt,
        "message/rfc822": eml,
    }.get(mime_type, plain)


def plain(file: BinaryIO, max_chars: int) -> Pieces:
    yield decoded(file.read(4 * max_chars))


def decoded(content: bytes) -> str:
    """Empty for what is no text."""
    if b"\0" in content[:32768] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes  # noqa: PLC0415 - as the module says

        best = from_bytes(content[:32768]).best()
        return content.decode(best.encoding if best else "utf-8", "replace")


def html(file: BinaryIO, max_chars: int) -> Pieces:
    yield page(decoded(file.read(MARKUP_PER_CHAR * max_chars)))


def page(source: str) -> str:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - as the module says

    tree = LexborHTMLParser(source)
    tree.strip_tags(NO_TEXT)
    return tree.body.text(separator="\n", strip=True) if tree.body is not None else ""


def pdf(file: BinaryIO, max_chars: int) -> Pieces:
    from pypdfium2 import PdfDocument  # noqa: PLC0415 - as the module says

    document = PdfDocument(file)
    for number in range(len(document)):
        yield document[number].get_textpage().get_text_bounded()


def pdf_facts(file: BinaryIO) -> JsonObject:
    """`{}` for one that is broken or locked."""
    from pypdfium2 import PdfDocument, PdfiumError  # noqa: PLC0415 - as the module says

    try:
        document = PdfDocument(file)
        told = document.get_metadata_dict(skip_empty=True)
        facts: JsonObject = {"kind": "document", "pages": len(document)}
    except PdfiumError:
        return {}
    named = {"title": told.get("Title"), "author": told.get("Author")}
    return {**facts, **{name: value.strip() for name, value in named.items() if value and value.strip()}}


def docx(file: BinaryIO, max_chars: int) -> Pieces:
    from docx import Document  # noqa: PLC0415 - as the module says
    from docx.oxml.ns import qn  # noqa: PLC0415 - as the module says

    for paragraph in Document(file).element.body.iter(qn("w:p")):
        yield "".join(node.text or "" for node in paragraph.iter(qn("w:t")))


def odt(file: BinaryIO, max_chars: int) -> Pieces:
    from io import BytesIO  # noqa: PLC0415 - as the module says

    from odfdo import Document  # noqa: PLC0415 - as the module says

    for paragraph in Document(BytesIO(file.read())).body.xpath("//text:p | //text:h"):
        yield str(getattr(paragraph, "inner_text", ""))


def eml(file: BinaryIO, max_chars: int) -> Pieces:
    from email import message_from_binary_file, policy  # noqa: PLC0415 - as the module says

    message = message_from_binary_file(file, policy=policy.default)
    yield from (f"{name}: {message[name]}" for name in ("Subject", "From", "To", "Date") if message[name])
    body = message.get_body(("plain", "html"))
    if body is not None:
        content = body.get_content()
        yield page(content) if body.get_content_subtype() == "html" else content
