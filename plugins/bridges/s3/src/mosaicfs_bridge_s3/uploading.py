"""A large copy, sent in parts. One that broke off is continued: parts that are there, and are right, stay.

Every part goes with its digest, and the whole is compared with its SHA-256 before the service is told to join them.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import md5, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import trio

from mosaicfs.errors import EntryChangedError
from mosaicfs.model.target import CopyFacts
from mosaicfs_bridge_s3.body import bare

if TYPE_CHECKING:
    from mosaicfs_bridge_s3.client import Client

MOST_PARTS = 10_000
OLD = timedelta(days=7)
SHA256 = "sha256"


class Part(NamedTuple):
    size: int
    etag: str


class Upload:
    def __init__(self, client: Client, key: str, path: Path, meta: CopyFacts) -> None:
        self._client = client
        self._key = key
        self._path = path
        self._meta = meta
        self._part_bytes = max(client.bucket.part_bytes, -(-meta.size // MOST_PARTS))

    async def run(self) -> None:
        upload = await self._unfinished() or await self._begun()
        there = await self._parts(upload)
        whole, joined = sha256(), []
        async with await trio.open_file(self._path, "rb") as file:
            number = 0
            while piece := await file.read(self._part_bytes):
                number += 1
                await trio.to_thread.run_sync(whole.update, piece)
                etag = await self._sent(upload, number, piece, there.get(number))
                joined.append({"PartNumber": number, "ETag": etag})
        if whole.hexdigest() != self._meta.sha256:
            await self._call("abort_multipart_upload", UploadId=upload)
            raise EntryChangedError(self._meta.file_id)
        await self._call("complete_multipart_upload", UploadId=upload, MultipartUpload={"Parts": joined})

    async def _sent(self, upload: str, number: int, piece: bytes, there: Part | None) -> str:
        digest = md5(piece, usedforsecurity=False)
        if there == Part(len(piece), digest.hexdigest()):
            return there.etag
        await self._meta.limiter.wait_for(len(piece))
        about = {"PartNumber": number, "ContentMD5": b64encode(digest.digest()).decode()}
        answer = await self._call("upload_part", UploadId=upload, Body=piece, **about)
        return bare(answer["ETag"])

    async def _unfinished(self) -> str | None:
        """The youngest of this key: it has the most parts, and others are taken away when they are old."""
        found = [each for each in await uploads(self._client, self._key) if each["Key"] == self._key]
        newest = max(found, key=lambda each: each["Initiated"], default=None)
        return str(newest["UploadId"]) if newest else None

    async def _begun(self) -> str:
        answer = await self._call("create_multipart_upload", **about(self._client, self._meta))
        return str(answer["UploadId"])

    async def _parts(self, upload: str) -> dict[int, Part]:
        found: dict[int, Part] = {}
        after = 0
        while True:
            answer = await self._call("list_parts", UploadId=upload, PartNumberMarker=after)
            for each in answer.get("Parts", ()):
                found[int(each["PartNumber"])] = Part(int(each["Size"]), bare(each["ETag"]))
            following = int(answer.get("NextPartNumberMarker", 0))
            if not answer.get("IsTruncated") or following <= after:
                return found
            after = following

    async def _call(self, operation: str, **asked: Any) -> Any:
        return await self._client.call(operation, self._meta.file_id, Key=self._key, **asked)


async def uploads(client: Client, prefix: str) -> list[Any]:
    answer = await client.call("list_multipart_uploads", prefix, Prefix=prefix)
    return list(answer.get("Uploads", ()))


async def abort_old_uploads(client: Client) -> None:
    """Ours alone: those below our prefix, if there is one. Their parts cost money, and nobody sees them."""
    if not client.bucket.prefix:
        return
    before = datetime.now(UTC) - OLD
    for each in await uploads(client, client.bucket.prefix):
        if each["Initiated"] < before:
            await client.call("abort_multipart_upload", each["Key"], Key=each["Key"], UploadId=each["UploadId"])


def about(client: Client, meta: CopyFacts) -> dict[str, object]:
    """What stands beside a copy, so that it tells whose it is without any document."""
    facts = {"file-id": meta.file_id, "mtime": meta.mtime, SHA256: meta.sha256}
    kind = {"StorageClass": client.bucket.storage_class} if client.bucket.storage_class else {}
    return {"Metadata": facts, **kind}
