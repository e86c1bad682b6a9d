"""What a plugin asks: the text of a file, when it is its turn, and never more of them at once than is good."""

from __future__ import annotations

import os
from mimetypes import guess_type
from pathlib import Path
from typing import Final

import trio

from mosaicfs.errors import ThrottledError
from mosaicfs.model.entry import Entry
from mosaicfs_extraction.children import Children
from mosaicfs_extraction.speech import NOTHING, Facts, FactsWanted, Text, TextWanted
from mosaicfs_extraction.types import is_among

LIMIT_S: Final = 20.0
TURN_S: Final = 33.0
"""Together with a commit they are less than the minute that a job has."""
AGAIN_S: Final = 5.0


class Extraction:
    """Close it, or its children stay until they have been idle for a while, or the process ends."""

    def __init__(self, at_once: int | None = None) -> None:
        self._children = Children()
        self._turns = trio.CapacityLimiter(at_once or max(2, os.cpu_count() or 2))

    async def text_of(
        self, entry: Entry, path: Path | None, max_chars: int, types: tuple[str, ...], max_bytes: int | None = None
    ) -> Text:
        """`NOTHING` for what is not to be looked into. `ThrottledError` where its turn does not come."""
        mime_type = type_of(entry)
        is_small = entry.size > 0 and (max_bytes is None or entry.size <= max_bytes)
        if path is None or not is_small or not is_among(mime_type, types):
            return NOTHING
        wanted = TextWanted(os.fsencode(path), entry.name, mime_type, max_chars, LIMIT_S)
        await self._turn()
        try:
            # The thread goes on when nobody waits any more, and ends its child in time.
            return await trio.to_thread.run_sync(self._children.text_of, wanted, abandon_on_cancel=True)
        finally:
            self._turns.release()

    async def facts_of(self, path: Path) -> Facts:
        """Of a PDF."""
        wanted = FactsWanted(os.fsencode(path), LIMIT_S)
        await self._turn()
        try:
            return await trio.to_thread.run_sync(self._children.facts_of, wanted, abandon_on_cancel=True)
        finally:
            self._turns.release()

    async def _turn(self) -> None:
        with trio.move_on_after(TURN_S) as turn:
            await self._turns.acquire()
        if turn.cancelled_caught:
            raise ThrottledError("The extraction of text", AGAIN_S)

    def close(self) -> None:
        self._children.close()


def type_of(entry: Entry) -> str:
    return entry.mime_type or guess_type(entry.name)[0] or "text/plain"
