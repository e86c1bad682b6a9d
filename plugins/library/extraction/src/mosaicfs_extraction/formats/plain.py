"""Text as it stands, and pages of HTML."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mosaicfs_extraction.decoding import SAMPLE, decoded, looks_like_text
from mosaicfs_extraction.formats import Pieces
from mosaicfs_extraction.refusal import UnreadableError

_MARKUP_PER_CHAR: Final = 16
"""So many bytes of a page stand for one character of its text, at most."""
_NO_TEXT: Final = ["script", "style", "noscript", "template", "svg"]


def plain(path: Path, max_chars: int) -> Pieces:
    """A file that begins like none is not read on."""
    with path.open("rb") as file:
        content = file.read(SAMPLE)
        if not looks_like_text(content):
            raise UnreadableError("it is no text")
        yield decoded(content + file.read(4 * max_chars), may_declare=path.suffix == ".xml")


def html(path: Path, max_chars: int) -> Pieces:
    with path.open("rb") as file:
        yield from page(decoded(file.read(_MARKUP_PER_CHAR * max_chars), may_declare=True))


def page(source: str) -> Pieces:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - as the package says

    tree = LexborHTMLParser(source)
    title = tree.css_first("title")
    if title is not None:
        yield title.text(strip=True)
    tree.strip_tags(_NO_TEXT)
    if tree.body is not None:
        yield tree.body.text(separator="\n", strip=True)
