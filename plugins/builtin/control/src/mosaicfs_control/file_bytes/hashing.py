"""Reading a file once for its digest: as a job of the control plane, or at once for the owner of a replica."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated

import msgspec
import trio
from msgspec import Meta, Struct

from mosaicfs.errors import EntryChangedError, MosaicError
from mosaicfs.model.content import Content, Opened
from mosaicfs.model.entry import Entry
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import Kernel
from mosaicfs.wire.byte_requests import digest_field
from mosaicfs_control.file_bytes.digests import Digests, Known, Origin
from mosaicfs_control.file_bytes.refusing import code_of
from mosaicfs_control.file_bytes.sending import PIECE, tag_of
from mosaicfs_control.jobs.job import Amount, Job, Tally
from mosaicfs_control.jobs.jobs import Run, Work
from mosaicfs_control.rest.refusals import ApiError


class FileDigest(Struct, frozen=True, kw_only=True):
    """Of one version of a file, which `size`, `mtime` and `etag` name."""

    file_id: str
    algorithm: Annotated[str, Meta(description="`sha-256`.")] = "sha-256"
    hex: Annotated[str, Meta(description="The digest in hexadecimal.")]
    repr_digest: Annotated[str, Meta(description="The digest as the header `Repr-Digest` has it.")]
    size: int
    mtime: str
    etag: str
    computed_at: Annotated[str, Meta(description="When the bytes were read, or had changed where their source tells.")]
    origin: Annotated[
        Origin, Meta(description="`stream`: while it was sent; `source`: by reading it; `plugin`: told by its source.")
    ]


def shown_digest(entry: Entry, size: int, known: Known) -> FileDigest:
    return FileDigest(
        file_id=entry.file_id,
        hex=known.sha256.hex(),
        repr_digest=digest_field(known.sha256),
        size=size,
        mtime=entry.mtime,
        etag=tag_of(entry, size),
        computed_at=known.computed_at,
        origin=known.origin,
    )


async def read_digest(
    content: Content, digests: Digests, file_id: str, told: Callable[[Opened, int], None] = lambda opened, done: None
) -> FileDigest:
    """Keeps it, too. `told` hears how far it is; nobody counts this as an access."""
    async with digests.slots:
        opened = await content.open(file_id, records=False)
        try:
            found = await _hashed(opened, told)
            size, entry = opened.size, opened.entry
        finally:
            await opened.close()
    return shown_digest(entry, size, await digests.keep(file_id, tag_of(entry, size), found, "source"))


def digest_job(kernel: Kernel, digests: Digests) -> Run:
    """`file_id` of its request is the file. It begins anew after a restart."""

    async def run(work: Work) -> JsonObject:
        def told(opened: Opened, done: int) -> None:
            amount, tier = Amount(planned=opened.size, done=done), opened.tier
            work.progress("running", phase="reading", bytes=amount, current=(f"{opened.entry.name} ({tier})",))

        try:
            found = await read_digest(kernel.content, digests, str(work.request["file_id"]), told)
        except MosaicError as cause:
            raise ApiError(code_of(cause), str(cause), {"reason": cause.reason}) from cause
        work.progress(counts=Tally(planned=1, done=1))
        result: JsonObject = msgspec.to_builtins(found)
        return result

    return run


def is_of(job: Job, file_id: str, etag: str) -> bool:
    """Whether that job will answer the question, so that the source is read once for all who ask."""
    return job.kind == "digest" and job.request == {"file_id": file_id, "etag": etag} and job.state != "cancelling"


async def _hashed(opened: Opened, told: Callable[[Opened, int], None]) -> bytes:
    found, at = sha256(), 0
    while at < opened.size:
        piece = await opened.read(at, PIECE)
        await trio.to_thread.run_sync(found.update, piece)
        at += len(piece)
        told(opened, at)
    if opened.changed():
        raise EntryChangedError(opened.entry.file_id)
    return found.digest()
