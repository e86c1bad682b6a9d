"""Which files have text that can be read here, as the owner names them and as a plugin subscribes to them."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT: Final = "application/vnd.oasis.opendocument.text"
ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
MAIL: Final = "message/rfc822"
XHTML: Final = "application/xhtml+xml"
DOCUMENTS: Final = (PDF, DOCX, XLSX, ODT, ODS, MAIL)

SOURCE: Final = (
    "application/json, application/xml, application/*+xml, application/javascript, application/x-sh, "
    "application/x-python*, application/x-ruby, application/x-perl, application/x-php, application/toml, "
    "application/yaml, application/x-yaml, application/sql, application/x-tex, application/x-subrip"
)
EVERYTHING: Final = ", ".join(("text/*", SOURCE, *DOCUMENTS))
"""For an option: MIME globs, with commas between."""


def globs_of(types: str) -> tuple[str, ...]:
    return tuple(glob for part in types.split(",") if (glob := part.strip().lower()))


def is_among(mime_type: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(mime_type.lower(), glob) for glob in globs)
