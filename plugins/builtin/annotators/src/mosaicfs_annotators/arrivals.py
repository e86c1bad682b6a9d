"""The events after which a file is looked at. Of all others an annotator keeps what it has told."""

from __future__ import annotations

ARRIVALS = ("file.added", "file.modified", "file.moved")
