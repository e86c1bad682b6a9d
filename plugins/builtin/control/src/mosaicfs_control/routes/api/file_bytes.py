"""The bytes of files: as they are, by a link, their digest, and when they were last read."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from msgspec import Meta, Struct

from mosaicfs.errors import MosaicError
from mosaicfs.model.access import Access
from mosaicfs.model.entry import Entry
from mosaicfs.model.ids import access_id
from mosaicfs.wire.byte_requests import asked_for
from mosaicfs_control.answers import Answer, Ready, json_answer
from mosaicfs_control.file_bytes.hashing import FileDigest, digest_job, is_of, read_digest, shown_digest
from mosaicfs_control.file_bytes.refusing import OF_BYTES, refused
from mosaicfs_control.file_bytes.saying import Disposition
from mosaicfs_control.file_bytes.sending import answered, entry_in, tag_of
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.auditing import noted
from mosaicfs_control.rest.file_object import ShownAccess
from mosaicfs_control.rest.objects import whole_file_id
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import ApiError, not_found
from mosaicfs_control.rest.routing import Call, Instance, Routes
from mosaicfs_control.rest.starting import accepted, start

routes = Routes()

_OF_CONTENT = (*OF_BYTES, "precondition_failed", "range_not_satisfiable")
_PREFIX = "file::"

Shown = Annotated[
    Disposition | None,
    Meta(description="`inline` is for pictures, sound and films alone; the rest is always saved."),
]


class ContentQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    disposition: Shown = None


class DownloadQuery(ContentQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(max_length=256, description="From `GET …/token`; the only credential here.")] = ""


class DigestQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    algorithm: Annotated[Literal["sha-256"], Meta(description="Of the digest.")] = "sha-256"


class DownloadLink(Struct, frozen=True, kw_only=True):
    """Whoever has it reads this one file, for as long as the sign-in lasts that it was made from."""

    token: Annotated[str, Meta(description="What lets whoever has it read this one file.")]
    url: Annotated[str, Meta(description="Path and query of the link, for the same server.")]
    expires_in_s: int


class LastAccess(ShownAccess, frozen=True, kw_only=True):
    file_id: str


@routes.on("GET", "/api/files/{file_id}/content", ContentQuery, errors=_OF_CONTENT, from_replica=True, sends_bytes=True)
async def content(call: Call, query: ContentQuery) -> Answer:
    """Read a file, or a range of it."""
    return await answered(call, _file_id(call), query.disposition, call.principal)


@routes.on(
    "GET",
    "/api/files/{file_id}/download",
    DownloadQuery,
    errors=("unauthorized", "token_expired", *_OF_CONTENT),
    access="public",
    sends_bytes=True,
)
async def download(call: Call, query: DownloadQuery) -> Answer:
    """Read a file by a link that holds the permission, as a page needs it for pictures and films."""
    auth, file_id = call.instance.auth, _file_id(call)
    whose = auth.downloads.verify(query.token, file_id)
    auth.limits.check("all", whose.name)
    return await answered(call, file_id, query.disposition, whose)


@routes.on("GET", "/api/files/{file_id}/token", ContentQuery, answer=DownloadLink, errors=("not_found", "source_gone"))
async def token(call: Call, query: ContentQuery) -> Ready:
    """Make a link that reads one file for two hours."""
    file_id = _file_id(call)
    await _entry(call, file_id)
    made = call.instance.auth.downloads.issue(call.principal, file_id)
    noted(call, "download_token_issued", file_id)
    shown = "" if query.disposition is None else f"&disposition={query.disposition}"
    url = f"/api/files/{quote(file_id.removeprefix(_PREFIX), safe='')}/download?token={made.token}{shown}"
    return json_answer(DownloadLink(token=made.token, url=url, expires_in_s=made.expires_in_s))


@routes.on(
    "GET",
    "/api/files/{file_id}/digest",
    DigestQuery,
    answer=FileDigest,
    errors=(*OF_BYTES, "precondition_failed"),
    may_go_on=True,
    from_replica=True,
)
async def digest(call: Call, query: DigestQuery) -> Ready:
    """Show the digest of a file; where nobody knows it yet, a job reads the file once."""
    file_id = _file_id(call)
    entry = await _entry(call, file_id)
    _require_version(call, entry)
    known = await call.here.digests.known(entry, tag_of(entry))
    if known is not None:
        return json_answer(shown_digest(entry, entry.size, known))
    if not isinstance(call.here, Instance):
        return await _read_at_once(call, file_id)
    jobs, request = call.instance.jobs, {"file_id": file_id, "etag": tag_of(entry)}
    running = next((job for job in jobs.live.values() if is_of(job, **request)), None)
    if running is not None:
        return accepted(running)
    return await start(call, "digest", request, digest_job(call.kernel, call.here.digests))


@routes.on("GET", "/api/files/{file_id}/access", answer=LastAccess, errors=("not_found",), from_replica=True)
async def access(call: Call, query: NoQuery) -> Ready:
    """Show when a file was last read through MosaicFS."""
    file_id = _file_id(call)
    found = noun_of(await call.store.get(access_id(file_id.removeprefix(_PREFIX))), Access)
    if found is None:
        raise not_found(f"A time when {file_id[:200]} was read through MosaicFS")
    shown = LastAccess(file_id=file_id, last_access=found.last_access, access_count=found.access_count)
    return json_answer(shown)


def _file_id(call: Call) -> str:
    return whole_file_id(call.path["file_id"])


async def _entry(call: Call, file_id: str) -> Entry:
    return entry_in(await call.store.get(file_id), file_id)


def _require_version(call: Call, entry: Entry) -> None:
    named = {"if-match": call.headers["if-match"]} if "if-match" in call.headers else {}
    tag = tag_of(entry)
    if asked_for(named, tag, entry.size).decision == "other_version":
        message = "The file has changed since. Read it again, then ask for its digest."
        raise ApiError("precondition_failed", message, {"reason": "changed", "etag": tag}, {"etag": tag})


async def _read_at_once(call: Call, file_id: str) -> Ready:
    """A replica keeps no jobs; its one caller may wait."""
    try:
        return json_answer(await read_digest(call.kernel.content, call.here.digests, file_id))
    except MosaicError as cause:
        raise await refused(call, file_id, cause) from cause
