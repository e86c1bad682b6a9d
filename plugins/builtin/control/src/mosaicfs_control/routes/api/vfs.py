"""Looking at the tree: what a directory shows, and how directories lie in each other."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, structs

from mosaicfs.errors import BadQueryError, NotShownError
from mosaicfs.model.tree import Listing, Problem, Shown
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.availability import availability_of_shown
from mosaicfs_control.rest.directory_object import ListedDirectory, listed_directory
from mosaicfs_control.rest.entries import Entry, EntrySort, WalkedPage, entry_of, in_order, key_of, named_like, page_of
from mosaicfs_control.rest.file_labels import shown_labels
from mosaicfs_control.rest.filters import Text
from mosaicfs_control.rest.including import MOST_PATHS, Include, wishes_of
from mosaicfs_control.rest.refusals import ApiError, invalid
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.virtual_paths import virtual_path

routes = Routes()

MOST_BRANCHES = 10_000
_UNBOUND: dict[str, Any] = {"limit": 100, "offset": 0, "count": None, "cursor": None, "include": ""}


class VfsQuery(WalkedPage, frozen=True, kw_only=True, forbid_unknown_fields=True):
    path: Annotated[Text, Meta(description="A directory of the tree, such as `/documents/work`.")] = "/"
    sort: Annotated[EntrySort, Meta(description="Directories go first always; `-` in front for descending.")] = "name"
    filter: Annotated[str, Meta(max_length=1_000, description="What a name holds; case does not count.")] = ""
    include: Include = ""


class TreeQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    path: Annotated[Text, Meta(description="The directory to begin with.")] = "/"
    depth: Annotated[int, Meta(ge=1, le=10, description="How many levels below it.")] = 3
    files: Annotated[bool, Meta(description="Files too.")] = False


class ShownListing(Struct, frozen=True, omit_defaults=True):
    """`total` counts what the filter leaves; the other numbers are of the whole directory."""

    directory: ListedDirectory
    items: list[Entry]
    total: int | None
    limit: int
    hidden_by_conflict: int
    shadowed: int
    invalid_names: int
    problems: list[Problem]
    truncated: bool
    offset: int | None = None
    next_cursor: str | None = None


class Branch(Struct, kw_only=True, omit_defaults=True):
    """`children` are absent from files, and empty at the deepest level. The first one is truncated if any is."""

    virtual_path: str
    name: str
    kind: Literal["directory", "file"]
    mount_count: int
    file_id: str | None = None
    size: int | None = None
    mtime: str | None = None
    children: list[Branch] | None = None
    truncated: bool = False


@routes.on("GET", "/api/vfs", VfsQuery, answer=ShownListing, errors=("not_found", "invalid_cursor"), from_replica=True)
async def vfs(call: Call, query: VfsQuery) -> Ready:
    """List what a directory of the tree shows."""
    wishes_of(query.include)
    listing = await listing_of(call, query.path)
    entries = named_like(listing.entries, query.filter) if query.filter else listing.entries
    slice_ = page_of(
        call,
        query,
        _bound(call, query),
        in_order(entries, query.sort),
        lambda each: key_of(each, query.sort),
        descending=query.sort[0] == "-",
    )
    shown = ShownListing(
        directory=listed_directory(listing),  # type: ignore[arg-type]  # its shape is for the description
        items=await _included(call, query, listing.path, slice_.items),
        total=None if query.count == "none" else slice_.total,
        limit=query.limit,
        hidden_by_conflict=listing.hidden_by_conflict,
        shadowed=listing.shadowed,
        invalid_names=listing.invalid_names,
        problems=list(listing.problems),
        truncated=listing.truncated,
        **slice_.members,
    )
    return tagged(msgspec.json.encode(shown))


@routes.on("GET", "/api/vfs/tree", TreeQuery, answer=Branch, errors=("not_found",), from_replica=True)
async def vfs_tree(call: Call, query: TreeQuery) -> Ready:
    """Show how directories lie in each other, a few levels deep."""
    top = await listing_of(call, query.path)
    root = _branch(_shown_top(top), top.path)
    level, left = [(root, top)], MOST_BRANCHES
    for depth in range(query.depth):
        grown: list[Branch] = []
        for branch, listing in level:
            entries = [each for each in listing.entries if query.files or each.kind == "directory"]
            branch.truncated = len(entries) > left
            root.truncated |= branch.truncated
            branch.children = [_branch(each, _below(listing.path, each.name)) for each in entries[:left]]
            left -= len(branch.children)
            grown += [each for each in branch.children if each.kind == "directory"]
        if depth + 1 < query.depth:
            level = await _listed(call, grown, left)
            root.truncated |= len(level) < len(grown) and left <= 0
    return tagged(msgspec.json.encode(root))


# --- listings ------------------------------------------------------------------------------------------------------


async def listing_of(call: Call, text: str) -> Listing:
    """`ApiError` for what is no path, no directory, or a search that cannot be read."""
    path = virtual_path(text)
    try:
        return await call.kernel.tree.listing(path)
    except BadQueryError as cause:
        raise invalid("path", str(cause).rstrip(".")) from None
    except NotShownError:
        if text.endswith("/") or not await _is_file(call, path):
            raise
        message = f"“{path[:200]}” is a file, not a directory. See it with GET /api/files/by-path."
        raise ApiError("not_found", message, {"reason": "is_file"}) from None


async def _is_file(call: Call, path: str) -> bool:
    try:
        return (await call.kernel.tree.look_up(path)).kind == "file"
    except (NotShownError, BadQueryError):
        return False


async def _included(call: Call, query: VfsQuery, parent: str, shown: Sequence[Shown]) -> list[Entry]:
    wished = wishes_of(query.include)
    entries = [entry_of(each, parent, await availability_of_shown(call, each)) for each in shown]
    file_ids = [each.file_id for each in entries if each.file_id is not None]
    labels: dict[str, Any] = {}
    if "labels" in wished and file_ids:
        given = await call.kernel.tree.labels_of(file_ids)
        labels = {file_id: shown_labels(each) for file_id, each in zip(file_ids, given, strict=True)}
    paths: dict[str, Any] = {}
    if "paths" in wished:
        paths = {file_id: await call.kernel.tree.paths_of(file_id, MOST_PATHS) for file_id in file_ids}
    if not (labels or paths):
        return entries
    return [
        structs.replace(each, labels=labels.get(each.file_id or ""), paths=paths.get(each.file_id or ""))
        for each in entries
    ]


def _bound(call: Call, query: VfsQuery) -> bytes:
    asker = [call.principal.kind, call.principal.name]
    return msgspec.json.encode([asker, "vfs", structs.replace(query, **_UNBOUND)])


def tagged(body: bytes) -> Ready:
    """What is listed hangs on the time as well as on the store, so the tag is of what is said."""
    return Ready(body, headers={"etag": f'W/"{blake2b(body, digest_size=8).hexdigest()}"'})


# --- directories in each other -------------------------------------------------------------------------------------


async def _listed(call: Call, branches: Sequence[Branch], left: int) -> list[tuple[Branch, Listing]]:
    """Those that are still there; what is left of `MOST_BRANCHES` may go to the first of them."""
    for branch in branches:
        branch.children = []
        branch.truncated = left <= 0
    if left <= 0:
        return []
    listings = await call.kernel.tree.listings([branch.virtual_path for branch in branches])
    return [(branch, listing) for branch, listing in zip(branches, listings, strict=True) if listing is not None]


def _shown_top(listing: Listing) -> Shown:
    document = listing.directory
    return Shown(
        name=listing.path.rpartition("/")[2],
        kind="directory",
        inode=listing.inode,
        origin="synthetic" if document is None else "document",
        mount_count=None if document is None else len(document.mounts),
    )


def _branch(shown: Shown, path: str) -> Branch:
    if shown.kind == "directory":
        return Branch(
            virtual_path=path, name=shown.name, kind="directory", mount_count=shown.mount_count or 0, children=[]
        )
    return Branch(
        virtual_path=path,
        name=shown.name,
        kind="file",
        mount_count=0,
        file_id=shown.file_id,
        size=shown.size,
        mtime=shown.mtime,
    )


def _below(path: str, name: str) -> str:
    return f"{path.rstrip('/')}/{name}"
