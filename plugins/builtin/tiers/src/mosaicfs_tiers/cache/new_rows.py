"""The row of an entry that begins."""

from __future__ import annotations

from mosaicfs.model.entry import Entry
from mosaicfs_tiers.cache.data_files import key_of
from mosaicfs_tiers.cache.index import Row, new_generation


def new_row(
    entry: Entry,
    size: int,
    now: str,
    *,
    block_size: int | None = None,
    sealed_ns: int | None = None,
    digest: str | None = None,
) -> Row:
    """In block mode without any block, in full mode with all bytes. A file whose size was unknown gets its real one, so
    that the entry fits the document that follows.
    """
    return Row(
        cache_key=key_of(entry.file_id),
        file_id=entry.file_id,
        file_size=size,
        mtime=entry.mtime,
        size_on_record=size,
        source_version=entry.version,
        block_size=block_size,
        block_map=None if block_size is None else b"",
        cached_bytes=size if block_size is None else 0,
        last_access=now,
        created_at=now,
        source="remote",
        digest=digest,
        generation=new_generation(),
        sealed_ns=sealed_ns,
    )
