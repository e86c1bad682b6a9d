"""How documents are shown: without what belongs to the store, with what is computed for the caller.

Files are most of what is ever shown, so theirs are spliced from the stored bytes (`files`); the few others are read
and written again.
"""

from __future__ import annotations

from typing import Any

import msgspec

from mosaicfs.model.document import Document
from mosaicfs.model.ids import file_id, prefix_of
from mosaicfs.model.json import JsonObject


def members_of(document: Document) -> dict[str, Any]:
    """The members of a body; no name of the store's is among them, whatever a peer wrote."""
    found = msgspec.json.decode(document.body, type=dict[str, Any])
    return {name: value for name, value in found.items() if not name.startswith("_")}


def object_of(document: Document, computed: JsonObject) -> bytes:
    """`computed` wins over a member of the same name, which only a peer can have put there."""
    return msgspec.json.encode({**members_of(document), **computed})


def whole_file_id(text: str) -> str:
    """Callers may leave out `file::`."""
    return text if text.startswith(prefix_of("file")) else file_id(text)
