"""Entries as the index would have them, and files as a reader reads them."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Tier
from mosaicfs.model.times import mtime_text

NODE = "node-a"
FILE_ID = "file::0195c1de-0000-7000-8000-000000000001"


def described(path: Path | str) -> Entry:
    """As the file is now; of one that is not there, as of an empty file."""
    text = str(path)
    entry = Entry(
        file_id=FILE_ID, node_id=NODE, export_path=text, name=text.rpartition("/")[2], size=0, mtime=mtime_text(0)
    )
    try:
        found = Path(text).stat()
    except (OSError, ValueError):
        return entry
    return replace(entry, size=found.st_size, mtime=mtime_text(found.st_mtime_ns))


async def read_all(tier: Tier, entry: Entry) -> bytes:
    """What is offered is opened, and read to its end."""
    offer = await tier.offer(entry)
    assert offer is not None
    handle = await tier.open(entry, offer)
    try:
        return await handle.read(0, handle.size)
    finally:
        await handle.close()
