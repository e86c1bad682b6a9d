"""PDF: its text page by page, and what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mosaicfs_extraction.formats import Pieces
from mosaicfs_extraction.refusal import BROKEN, LOCKED, UnreadableError
from mosaicfs_extraction.speech import Facts

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument


def pdf(path: Path, max_chars: int) -> Pieces:
    """Scanned pages have none."""
    with _opened(path) as document:
        for number in range(len(document)):
            page = document[number]
            text = page.get_textpage()
            try:
                yield text.get_text_bounded()
            finally:
                text.close()
                page.close()


def facts(path: Path) -> Facts:
    with _opened(path) as document:
        told = document.get_metadata_dict(skip_empty=True)
        return Facts(len(document), _clean(told.get("Title", "")), _clean(told.get("Author", "")))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode().strip()


@contextmanager
def _opened(path: Path) -> Iterator[PdfDocument]:
    from pypdfium2 import PdfDocument, PdfiumError  # noqa: PLC0415 - as the package says

    try:
        document = PdfDocument(path)
    except PdfiumError as trouble:
        raise UnreadableError(LOCKED if "password" in str(trouble).lower() else BROKEN) from None
    try:
        yield document
    finally:
        document.close()
