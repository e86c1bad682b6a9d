"""Directories of the tree: made, shown, changed, moved and removed by the owner. Files are never touched."""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Meta, Struct

from mosaicfs.errors import ConflictError, NotShownError
from mosaicfs.model.tree import Directory
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.directory_object import ShownDirectory, directory_object
from mosaicfs_control.rest.given_directories import (
    DirectoryPatch,
    NewDirectory,
    Saved,
    change_of,
    draft_of,
    given,
)
from mosaicfs_control.rest.refusals import ApiError, invalid
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import is_of_revision, object_tag

routes = Routes()

BASE = "/api/vfs/directories"

T = TypeVar("T")


class NewDirectoryQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    parents: Annotated[bool, Meta(description="Also make the directories above it that are missing.")] = False


class RemoveDirectoryQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    force: Annotated[bool, Meta(description="Also delete the directories below it.")] = False


@routes.on(
    "POST",
    BASE,
    NewDirectoryQuery,
    body=NewDirectory,
    answer=ShownDirectory,
    errors=("not_found", "conflict"),
    status=201,
)
async def create_directory(call: Call, query: NewDirectoryQuery) -> Ready:
    """Make a directory."""
    asked = await given(call, NewDirectory)
    path = asked.virtual_path
    if asked.name and composed(path).rpartition("/")[2] != composed(asked.name):
        raise invalid("name", "is not the last part of virtual_path")
    try:
        saved = await call.kernel.directories.create(path, draft_of(asked, {}), parents=query.parents)
    except NotShownError as cause:
        message = f"“{cause.path[:200]}” does not exist. Make it first, or add parents=true."
        raise ApiError("not_found", message, {"reason": "no_parent"}) from None
    return await _answer(call, saved.document.virtual_path, 201)


@routes.on("GET", f"{BASE}/{{path}}", answer=ShownDirectory, errors=("not_found",), from_replica=True)
async def one_directory(call: Call, query: NoQuery) -> Ready:
    """Show a directory with its mount entries, and the steps that it inherits."""
    return await _answer(call, await asked_path(call))


@routes.on(
    "PATCH",
    f"{BASE}/{{path}}",
    body=DirectoryPatch,
    answer=ShownDirectory,
    errors=("not_found", "conflict", "precondition_failed"),
)
async def change_directory(call: Call, query: NoQuery) -> Ready:
    """Change a directory. Another name or parent takes everything below it along."""
    asked = await given(call, DirectoryPatch)
    path = await asked_path(call)
    change = change_of(asked, await saved_mounts(call, path))
    saved = await _matched(call, path, lambda rev: call.kernel.directories.change(path, change, rev=rev))
    return await _answer(call, saved.document.virtual_path)


@routes.on(
    "DELETE",
    f"{BASE}/{{path}}",
    RemoveDirectoryQuery,
    errors=("not_found", "conflict", "precondition_failed"),
)
async def remove_directory(call: Call, query: RemoveDirectoryQuery) -> Ready:
    """Delete a directory. Files are never touched."""
    path = await asked_path(call)
    await _matched(call, path, lambda rev: call.kernel.directories.remove(path, force=query.force, rev=rev))
    return Ready(status=204)


# --- what is there -------------------------------------------------------------------------------------------------


async def asked_path(call: Call) -> str:
    """As names are kept, in NFC, unless another writer has kept it as it was asked for."""
    path = call.path["path"]
    if (kept := composed(path)) == path:
        return path
    try:
        await call.kernel.tree.directory(path)
    except NotShownError:
        return kept
    return path


async def saved_mounts(call: Call, path: str) -> Saved:
    try:
        found = await call.kernel.tree.directory(path)
    except NotShownError:
        return {}
    return {mount.mount_id: mount for mount in found.document.mounts}


async def _answer(call: Call, path: str, status: int = 200) -> Ready:
    found = await call.kernel.tree.directory(path)
    headers = {"etag": _tag(found)}
    if status == 201:
        headers["location"] = BASE + quote(found.document.virtual_path)
    return Ready(directory_object(found), status, headers)


def _tag(found: Directory) -> str:
    return object_tag(found.rev, repr(found.inherited).encode(errors="surrogatepass") if found.inherited else b"")


# --- If-Match ------------------------------------------------------------------------------------------------------


async def _matched(call: Call, path: str, run: Callable[[str | None], Awaitable[T]]) -> T:
    """Bound to the revision that the caller has seen, or else to none; 412 shows the present object."""
    asked = call.headers.get("if-match")
    if asked is None:
        return await run(None)
    found = await call.kernel.tree.directory(path)
    if not is_of_revision(asked, found.rev):
        raise _overtaken(found)
    try:
        return await run(found.rev)
    except ConflictError:
        raise _overtaken(await call.kernel.tree.directory(path)) from None


def _overtaken(found: Directory) -> ApiError:
    message = "This has changed since it was read. Look at its present state in detail.current and try again."
    return ApiError("precondition_failed", message, {"current": msgspec.json.decode(directory_object(found))})


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
