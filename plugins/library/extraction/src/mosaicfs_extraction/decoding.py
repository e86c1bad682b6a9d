"""From bytes to text, where nothing says how they are encoded."""

from __future__ import annotations

import codecs
import re

SAMPLE = 32 * 1024
"""So much is looked at to tell one encoding from another."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_declared = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)


def looks_like_text(beginning: bytes) -> bool:
    return any(beginning.startswith(mark) for mark, _ in _MARKS) or b"\0" not in beginning


def decoded(content: bytes, *, may_declare: bool = False) -> str:
    """Empty for what is no text. `may_declare` where the beginning may name the encoding, as in HTML and XML."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if not looks_like_text(content[:SAMPLE]):
        return ""
    text = _utf8(content)
    if text is not None:
        return text
    if may_declare and (found := _declared.search(content, 0, 2048)):
        try:
            return content.decode(found[1].decode("ascii"), "replace")
        except LookupError:
            pass
    return _guessed(content)


def _utf8(content: bytes) -> str | None:
    """The last character may have been cut off by whoever read a part of the file."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as broken:
        if broken.reason == "unexpected end of data" and len(content) - broken.start < 4:
            return content[: broken.start].decode("utf-8")
        return None


def _guessed(content: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - most files are UTF-8 and need none of it

    best = from_bytes(content[:SAMPLE], threshold=0.4).best()
    return "" if best is None else content.decode(best.encoding, "replace")
