"""From objects to changes. What a page holds is sent as it comes; only the few keys whose path depends on others wait
for the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from mimetypes import MimeTypes
from typing import TYPE_CHECKING

from mosaicfs.model.crawling import Change, CrawlEnd, Quota, Source
from mosaicfs.model.sink import Sink
from mosaicfs.model.times import mtime_text
from mosaicfs_bridge_s3.naming import may_meet, paths_of
from mosaicfs_bridge_s3.options import Bucket
from mosaicfs_bridge_s3.pages import Found

if TYPE_CHECKING:
    from mosaicfs_bridge_s3.client import Client

_types = MimeTypes(filenames=())
"""Without those of the machine, so that an update of it makes no file look new."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MD5_DIGITS = 32


async def send_everything(client: Client, source: Source, into: Sink) -> CrawlEnd:
    """Complete, or an error: a bucket cannot say what has changed."""
    bucket, used, after = client.bucket, 0, None
    waiting: dict[str, Found] = {}
    while True:
        page = await client.page(after)
        for found in page.objects:
            used += found.size
            key = found.key.removeprefix(bucket.prefix)
            if may_meet(key):
                waiting[found.key] = found
            else:
                await into.send(change_of(bucket, source, found, key))
        into.progress()
        if (after := page.next) is None:
            break
    files = [key for key, found in waiting.items() if not is_folder(found)]
    for key, path in paths_of(files, bucket.prefix).items():
        await into.send(change_of(bucket, source, waiting[key], path))
    return CrawlEnd(complete=True, quota=Quota(used_bytes=used), usage=client.using.taken())


def is_folder(found: Found) -> bool:
    """An empty object whose key ends in `/` is how programs draw a folder."""
    return found.key.endswith("/") and found.size == 0


def change_of(bucket: Bucket, source: Source, found: Found, path: str) -> Change:
    return Change(
        action="update",
        export_path=f"{source.prefix.rstrip('/')}/{path}",
        size=found.size,
        mtime=modified_text(found),
        mime_type=_types.guess_type(path.rpartition("/")[2], strict=True)[0],
        native_id=found.key,
        version=found.etag,
        digest=_digest(found.etag) if bucket.etag_is_md5 else None,
        state="archived" if found.archived else None,
    )


def modified_text(found: Found) -> str:
    return mtime_text((found.modified - _EPOCH) // timedelta(microseconds=1) * 1000)


def _digest(etag: str) -> str | None:
    """That of an upload in parts has a `-`, and is the digest of nothing that anybody could compute."""
    plain = len(etag) == _MD5_DIGITS and set(etag.lower()) <= set("0123456789abcdef")
    return f"md5:{etag.lower()}" if plain else None
