"""The type of a file by its last extension, from a table of our own.

Neither the system's table nor Python's is asked, so that all machines agree, and an update of either does not make
every folder look new.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

_FILE = Path(__file__).with_name("mime_types.txt")

FORM = crc32(_FILE.read_bytes())
"""Another number when the table is another."""

_known: dict[str, str] = {}


def by_extension() -> Mapping[str, str]:
    """Types by ending, both in lower case. Read when the first file is met: most processes never meet one."""
    if not _known:
        read: dict[str, str] = {}
        for line in _FILE.read_text(encoding="ascii").splitlines():
            if line and line[0] != "#":
                mime, *endings = line.split()
                read.update(dict.fromkeys(endings, mime))
        _known.update(read)  # at once: another thread finds nothing or all of it
    return _known


def mime_type_of(name: str) -> str | None:
    """In lower case; None when the last extension says nothing. A name that only begins with a dot has none."""
    stem, dot, ending = name.rpartition(".")
    return (_known or by_extension()).get(ending.lower()) if dot and stem else None
