"""Which format a file has: by its type, or by its ending where the type says little. Plain text is what remains."""

from __future__ import annotations

from typing import Final

from mosaicfs_extraction.formats import Format
from mosaicfs_extraction.formats.mail import eml
from mosaicfs_extraction.formats.office import docx, ods, odt
from mosaicfs_extraction.formats.pdf import pdf
from mosaicfs_extraction.formats.plain import html, plain
from mosaicfs_extraction.formats.sheet import xlsx
from mosaicfs_extraction.types import DOCX, MAIL, ODS, ODT, PDF, XHTML, XLSX

_BY_TYPE: Final[dict[str, Format]] = {
    PDF: pdf,
    DOCX: docx,
    XLSX: xlsx,
    ODT: odt,
    ODS: ods,
    MAIL: eml,
    "text/html": html,
    XHTML: html,
}
_BY_ENDING: Final[dict[str, Format]] = {
    "pdf": pdf,
    "docx": docx,
    "xlsx": xlsx,
    "odt": odt,
    "ods": ods,
    "eml": eml,
    "html": html,
    "htm": html,
    "xhtml": html,
}
_SAY_LITTLE: Final = frozenset({"", "application/octet-stream", "application/zip", "text/plain"})


def format_of(mime_type: str, name: str) -> Format:
    if mime_type in _SAY_LITTLE:
        return _BY_ENDING.get(name.rpartition(".")[2].lower(), plain)
    return _BY_TYPE.get(mime_type, plain)
