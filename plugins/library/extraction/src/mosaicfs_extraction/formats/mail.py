"""A mail: its headers, its text in whatever form it was sent, and the names of what is attached."""

from __future__ import annotations

from contextlib import suppress
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Final

from mosaicfs_extraction.decoding import decoded
from mosaicfs_extraction.formats import Pieces
from mosaicfs_extraction.formats.plain import page

_HEADERS: Final = ("Subject", "From", "To", "Cc", "Date")
_MOST_BYTES: Final = 64 << 20
"""What lies behind are attachments."""


def eml(path: Path, max_chars: int) -> Pieces:
    from email import message_from_binary_file, policy  # noqa: PLC0415 - as the package says

    with path.open("rb") as file:
        message = message_from_binary_file(BytesIO(file.read(_MOST_BYTES)), policy=policy.default)
    yield from (f"{name}: {value}" for name in _HEADERS for value in message.get_all(name, []))
    said: set[str] = set()
    for part in message.walk():
        name = part.get_filename()
        if name:
            yield name
        elif part.get_content_maintype() == "text":
            yield from _unless_said(_text(part), said)


def _unless_said(text: str, said: set[str]) -> Pieces:
    """Most mails say the same twice, once with markup."""
    words = " ".join(text.split())
    if words not in said:
        said.add(words)
        yield text


def _text(part: EmailMessage) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    text = ""
    declared = part.get_content_charset()
    if declared:
        with suppress(LookupError):
            text = content.decode(declared, "replace")
    text = text or decoded(content, may_declare=True)
    return "\n".join(page(text)) if part.get_content_subtype() == "html" else text
