"""What is said of the bytes of a file: their type, their name, and what a browser may do with them.

Names and types come from other machines and are nothing but data: no part of one may end a header, and no page that
lies in a file may run where the web page of MosaicFS lives.
"""

from __future__ import annotations

import re
import unicodedata
from email.utils import formatdate
from time import time
from typing import Literal, TypeAlias
from urllib.parse import quote

from mosaicfs.model.entry import Entry
from mosaicfs.model.times import BadTimeError, instant

Disposition: TypeAlias = Literal["attachment", "inline"]

UNKNOWN_TYPE = "application/octet-stream"
HARMLESS = "text/plain; charset=utf-8"
POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'; frame-ancestors 'self'"
)
LONGEST_NAME = 255

_MICRO = 1_000_000
_SHOWABLE = ("image/", "audio/", "video/")
_ACTIVE = frozenset(
    (
        "text/html",
        "text/xml",
        "text/xsl",
        "text/javascript",
        "text/ecmascript",
        "text/jscript",
        "text/livescript",
        "application/xml",
        "application/xml-dtd",
        "application/javascript",
        "application/ecmascript",
        "application/x-javascript",
        "application/x-ecmascript",
        "application/wasm",
    )
)
"""Pages and scripts, beside everything that is written in XML. A picture in SVG stays one: the policy stills it."""
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSHOWN = frozenset(("Cc", "Cs", "Zl", "Zp"))
_is_type = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}").fullmatch
_for_quotes = re.compile(r'[^\x20-\x7e]|["\\%]').sub


def media_type(entry: Entry, disposition: Disposition | None) -> str:
    """As the file is known; what a browser would run is plain text, unless it was asked for to be saved."""
    found = (entry.mime_type or "").partition(";")[0].strip().lower()
    if not _is_type(found):
        return UNKNOWN_TYPE
    return HARMLESS if _is_active(found) and disposition != "attachment" else found


def said_of(entry: Entry, tag: str, disposition: Disposition | None) -> dict[str, str]:
    """Of every answer about these bytes, but for what depends on the range."""
    return {
        "etag": tag,
        "accept-ranges": "bytes",
        "last-modified": last_modified(entry.mtime),
        "cache-control": "private, no-cache",
        "content-security-policy": POLICY,
        "content-disposition": content_disposition(entry, disposition),
    }


def content_disposition(entry: Entry, disposition: Disposition | None) -> str:
    """To be shown only where that was asked and the type is one to look at or listen to."""
    is_shown = disposition == "inline" and media_type(entry, disposition).startswith(_SHOWABLE)
    name = shown_name(entry.name)
    plain = _for_quotes("_", name)
    return f"{'inline' if is_shown else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def shown_name(name: str) -> str:
    """Without what controls a terminal, a header, or the direction of writing; one component, and never none."""
    kept = "".join(each for each in name if each not in _BIDI and unicodedata.category(each) not in _UNSHOWN)
    return kept.replace("/", "_").replace("\\", "_").strip()[:LONGEST_NAME] or "file"


def last_modified(mtime: str) -> str:
    """To the second; never in the future, which HTTP does not allow."""
    try:
        seconds = instant(mtime) // _MICRO
    except BadTimeError:
        seconds = 0
    return formatdate(min(seconds, int(time())), usegmt=True)


def _is_active(found: str) -> bool:
    is_page = found in _ACTIVE or found.startswith("multipart/")
    return is_page or (found.endswith("+xml") and not found.startswith("image/"))
