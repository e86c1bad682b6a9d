"""What a draft of a directory would show, before it is saved."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import structs

from mosaicfs.model.tree import MountTally, Preview, Previewed, Problem
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.availability import availability_of_shown
from mosaicfs_control.rest.cursors import Place
from mosaicfs_control.rest.entries import Entry, WalkedPage, bytes_of, entry_of, page_of
from mosaicfs_control.rest.given_directories import GivenDraft, draft_of, given
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.traces import ShownTraceLine, shown_line
from mosaicfs_control.routes.api.directories import BASE, asked_path, saved_mounts

routes = Routes()

_UNBOUND: dict[str, Any] = {"limit": 100, "offset": 0, "count": None, "cursor": None}


class PreviewQuery(WalkedPage, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Items are in the order of their paths."""


class PreviewedEntry(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """`decided_by` is absent where `default_result` decided."""

    relative_path: str
    decided_by: ShownTraceLine | None = None


class ShownPreview(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All files that the draft would show, at any depth; the numbers are of all of them."""

    items: list[PreviewedEntry]
    total: int | None
    limit: int
    per_mount: tuple[MountTally, ...]
    hidden_by_conflict: int
    shadowed: int
    invalid_names: int
    problems: tuple[Problem, ...]
    files_examined: int
    directories_examined: int
    partial: bool
    offset: int | None = None
    next_cursor: str | None = None


@routes.on(
    "POST",
    f"{BASE}/{{path}}/preview",
    PreviewQuery,
    body=GivenDraft,
    answer=ShownPreview,
    errors=("not_found", "invalid_cursor"),
    access="read",
)
async def preview_directory(call: Call, query: PreviewQuery) -> Ready:
    """Show what a directory would show with these mount entries and steps; nothing is saved."""
    asked = await given(call, GivenDraft)
    path = await asked_path(call)
    found = await call.kernel.tree.preview(path, draft_of(asked, await saved_mounts(call, path)))
    slice_ = page_of(call, query, await _bound(call, query), found.items, _key)
    return Ready(
        msgspec.json.encode(
            {
                "items": [await _shown(call, each, path) for each in slice_.items],
                "total": None if query.count == "none" else found.total,
                "limit": query.limit,
                **_numbers(found),
                **slice_.members,
            }
        )
    )


def _key(previewed: Previewed) -> Place:
    return (0, bytes_of(previewed.relative_path))


async def _shown(call: Call, previewed: Previewed, path: str) -> dict[str, Any]:
    folder = previewed.relative_path.rpartition("/")[0]
    parent = f"{path.rstrip('/')}/{folder}" if folder else path
    reach = await availability_of_shown(call, previewed.shown)
    entry: dict[str, Any] = msgspec.to_builtins(entry_of(previewed.shown, parent, reach))
    entry["relative_path"] = previewed.relative_path
    if previewed.decided_by is not None:
        entry["decided_by"] = shown_line(previewed.decided_by)
    return entry


def _numbers(found: Preview) -> dict[str, Any]:
    members: dict[str, Any] = structs.asdict(found)
    del members["items"], members["total"]
    return members


async def _bound(call: Call, query: PreviewQuery) -> bytes:
    """To the draft too: of another one there is no next page."""
    draft = blake2b(await call.incoming.raw(), digest_size=16).hexdigest()
    asker = [call.principal.kind, call.principal.name]
    return msgspec.json.encode([asker, "preview", call.path, draft, structs.replace(query, **_UNBOUND)])
