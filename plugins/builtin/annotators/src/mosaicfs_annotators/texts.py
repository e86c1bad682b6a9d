"""What a stranger's document says is read in processes of their own, which the annotators of a machine share."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mosaicfs.errors import EntryUnreadableError
from mosaicfs.model.entry import Entry
from mosaicfs_extraction.extraction import Extraction
from mosaicfs_extraction.refusal import is_cost
from mosaicfs_extraction.speech import Facts, Text


async def text_of(entry: Entry, path: Path, max_chars: int) -> Text:
    """Of whatever its type says. Empty for what is broken or locked; an error says what it would cost to read."""
    text = await _extraction().text_of(entry, path, max_chars, ("*",))
    if is_cost(text.unread) and not text.body:
        raise EntryUnreadableError(entry.name, text.unread)
    return text


async def facts_of(path: Path) -> Facts:
    facts = await _extraction().facts_of(path)
    if is_cost(facts.unread):
        raise EntryUnreadableError(path.name, facts.unread)
    return facts


@cache
def _extraction() -> Extraction:
    return Extraction()
