"""What a PDF says of itself."""

from __future__ import annotations

from pathlib import Path

from mosaicfs.model.json import JsonObject


async def document_facts(path: Path) -> JsonObject:
    """`{}` for one that is broken or locked."""
    from mosaicfs_annotators.texts import facts_of  # noqa: PLC0415 - who has no documents starts nothing for them

    told = await facts_of(path)
    if told.unread:
        return {}
    named = {"title": told.title, "author": told.author}
    return {"kind": "document", "pages": told.pages, **{name: value for name, value in named.items() if value}}
