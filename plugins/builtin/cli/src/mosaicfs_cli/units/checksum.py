"""A file of ours for a service knows its own checksum, so that one that somebody edited is never written over."""

from __future__ import annotations

import re
from hashlib import sha256

WRITTEN = "Written by `mosaicfs service install`"

_marked = re.compile(rf"^[^\n]*{re.escape(WRITTEN)}[^\n]*Checksum: sha256:([0-9a-f]{{64}})[^\n]*\n", re.MULTILINE)


def checksum(text: str) -> str:
    """Of everything but the line that names it."""
    return f"Checksum: sha256:{sha256(text.encode()).hexdigest()}"


def is_edited(text: str) -> bool:
    """Whether it is anything but what we once wrote."""
    found = _marked.search(text)
    if found is None:
        return True
    return sha256((text[: found.start()] + text[found.end() :]).encode()).hexdigest() != found[1]
