"""Notes how much of a text is written in capitals."""

from pathlib import Path

import trio

from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject


@hookimpl
async def annotate(event: Event, path: Path | None) -> JsonObject | None:
    if event.name not in ("file.added", "file.modified", "file.moved") or path is None:
        return None
    text = await trio.Path(path).read_text(errors="replace")
    letters = [each for each in text if each.isalpha()]
    return {"capitals": sum(map(str.isupper, letters)) / len(letters)} if letters else {}
