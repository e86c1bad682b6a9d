"""A bucket as a place that keeps copies. What is written is under its key as a whole, or not at all: S3 sees to that.

Uploads in parts are in `uploading`; which files are copied where, and under which keys, is the kernel's.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import md5, sha256
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from mosaicfs.errors import AccessRefusedError, EntryChangedError, EntryGoneError, SourceUnavailableError
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.stream import ByteStream
from mosaicfs.model.target import CopyFacts, Kept, KeptPage, Stored, TargetHealth
from mosaicfs_bridge_s3.body import Answer, bare
from mosaicfs_bridge_s3.listing import modified_text
from mosaicfs_bridge_s3.pages import page_of
from mosaicfs_bridge_s3.reading import PIECE, open_span
from mosaicfs_bridge_s3.uploading import SHA256, Upload, abort_old_uploads, about

if TYPE_CHECKING:
    from mosaicfs_bridge_s3.client import Client

AT_ONCE_BYTES = 64 << 20
"""Smaller files go in one request, which is whole or nothing by itself."""


class BucketTarget:
    """Keys are those of the kernel; the prefix of the bucket stands before them at the service."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._prefix = client.bucket.prefix

    async def put(self, key: str, path: Path, meta: CopyFacts) -> Stored:
        if (await trio.Path(path).stat()).st_size != meta.size:
            raise EntryChangedError(meta.file_id)
        if meta.size < AT_ONCE_BYTES:
            await self._put_at_once(key, path, meta)
        else:
            await Upload(self._client, self._prefix + key, path, meta).run()
        kept = await self.stat(key)
        if kept is None or kept.size != meta.size:
            raise SourceUnavailableError(self._client.bucket.name, "it does not show what was just written")
        return Stored(key, meta.size, f"sha256:{meta.sha256}")

    async def get(self, key: str, span: Span) -> ByteStream:
        found = await self._head(key)
        if found is None:
            raise EntryGoneError(key)
        return await open_span(self._client, self._entry(key, found), span)

    async def delete(self, key: str) -> bool:
        if self._client.bucket.delete_versions:
            await self._delete_versions(self._prefix + key)
        else:
            await self._client.call("delete_object", key, Key=self._prefix + key)
        return True

    async def list(self, prefix: str, cursor: str | None) -> KeptPage:
        more = {"ContinuationToken": cursor} if cursor is not None else {}
        answer = await self._client.call("list_objects_v2", prefix, Prefix=self._prefix + prefix, **more)
        page = page_of(self._client.bucket.name, answer, cursor)
        kept = [Kept(each.key.removeprefix(self._prefix), each.size, modified_text(each)) for each in page.objects]
        return KeptPage(kept, page.next)

    async def stat(self, key: str) -> Kept | None:
        """With the SHA-256 that its sender gave and the service, where it can, has checked."""
        found = await self._head(key)
        if found is None:
            return None
        digest = found.get("Metadata", {}).get(SHA256)
        mtime = str(found.get("Metadata", {}).get("mtime", ""))
        return Kept(key, int(found["ContentLength"]), mtime, f"sha256:{digest}" if digest else None)

    async def check(self) -> TargetHealth:
        """A bucket has room without end, or does not say; parts that nobody completed are taken away here."""
        await self._client.call("list_objects_v2", self._client.bucket.name, Prefix=self._prefix, MaxKeys=1)
        try:
            await abort_old_uploads(self._client)
        except AccessRefusedError:
            return TargetHealth("degraded", "the key may not list unfinished uploads, so old ones are not removed")
        return TargetHealth("ok", "")

    async def _put_at_once(self, key: str, path: Path, meta: CopyFacts) -> None:
        content = await trio.to_thread.run_sync(path.read_bytes)
        if await trio.to_thread.run_sync(lambda: sha256(content).hexdigest()) != meta.sha256:
            raise EntryChangedError(meta.file_id)
        for at in range(0, meta.size, PIECE):
            await meta.limiter.wait_for(min(PIECE, meta.size - at))
        digests = {"ChecksumSHA256": b64encode(bytes.fromhex(meta.sha256)).decode()}
        if not self._client.bucket.etag_is_md5:
            digests = {"ContentMD5": b64encode(md5(content, usedforsecurity=False).digest()).decode()}
        await self._client.call(
            "put_object", meta.file_id, Key=self._prefix + key, Body=content, **digests, **about(self._client, meta)
        )

    async def _head(self, key: str) -> Answer | None:
        try:
            return await self._client.call("head_object", key, Key=self._prefix + key)
        except EntryGoneError:
            return None

    async def _delete_versions(self, full_key: str) -> None:
        """Without a deletion of the key itself, which would leave a mark where there are versions."""
        answer = await self._client.call("list_object_versions", full_key, Prefix=full_key)
        for each in (*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())):
            if each["Key"] == full_key:
                await self._client.call("delete_object", full_key, Key=full_key, VersionId=each["VersionId"])

    def _entry(self, key: str, found: Answer) -> Entry:
        """The version that is there now, so that a copy that is replaced is never mixed."""
        return Entry(
            file_id=key,
            node_id="",
            export_path=f"/{key}",
            name=key.rpartition("/")[2],
            size=int(found["ContentLength"]),
            mtime="",
            native_id=self._prefix + key,
            version=bare(found["ETag"]),
        )
