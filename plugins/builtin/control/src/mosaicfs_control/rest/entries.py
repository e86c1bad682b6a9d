"""Entries of a listing as callers see them, and pages of them: narrowed down, in order, by key."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias, TypeVar

from msgspec import Meta, Struct

from mosaicfs.model.tree import Origin, Shown, ShownAs
from mosaicfs_control.rest.availability import Availability
from mosaicfs_control.rest.cursors import Place, Position, cursor_of, position_of
from mosaicfs_control.rest.file_object import ShownLabel
from mosaicfs_control.rest.filters import Cursor
from mosaicfs_control.rest.lists import Page
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call

EntrySort: TypeAlias = Literal["name", "-name", "mtime", "-mtime", "size", "-size"]

T = TypeVar("T")


class WalkedPage(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    cursor: Annotated[Cursor | None, Meta(description="`next_cursor` of the page before; goes with no `offset`.")] = (
        None
    )


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`mtime` is null where nothing is known of it; what belongs to files or to directories alone is absent."""

    name: str
    kind: Literal["directory", "file"]
    virtual_path: str
    inode: int
    size: int
    mtime: str | None
    origin: Origin
    mime_type: str | None = None
    file_id: str | None = None
    node_id: str | None = None
    availability: Availability | None = None
    mount_count: int | None = None
    mount_id: str | None = None
    shown_as: ShownAs | None = None
    labels: list[ShownLabel] | None = None
    paths: list[str] | None = None


class Slice(NamedTuple):
    """`members` say where the page is and how to go on."""

    items: Sequence[Any]
    total: int
    members: Mapping[str, Any]


def entry_of(shown: Shown, parent: str, availability: Availability | None) -> Entry:
    return Entry(
        name=shown.name,
        kind=shown.kind,
        virtual_path=f"{parent.rstrip('/')}/{shown.name}",
        inode=shown.inode,
        size=shown.size,
        mtime=shown.mtime,
        origin=shown.origin,
        mime_type=shown.mime_type,
        file_id=shown.file_id,
        node_id=shown.node_id,
        availability=availability,
        mount_count=shown.mount_count,
        mount_id=shown.mount_id,
        shown_as=shown.shown_as,
    )


def named_like(entries: Iterable[Shown], part: str) -> list[Shown]:
    """Those whose name holds the text, as a search compares."""
    wanted = _folded(part)
    return [each for each in entries if wanted in _folded(each.name)]


def in_order(entries: Iterable[Shown], sort: EntrySort) -> list[Shown]:
    """Directories first whatever the order; equal ones by name."""
    field = sort.removeprefix("-")
    found = sorted(entries, key=lambda each: bytes_of(each.name))
    if sort != "name":
        found.sort(key=lambda each: _value(each, field), reverse=sort[0] == "-")
    return sorted(found, key=lambda each: each.kind != "directory")


def key_of(shown: Shown, sort: EntrySort) -> Place:
    return (shown.kind, _value(shown, sort.removeprefix("-")), bytes_of(shown.name))


def bytes_of(text: str) -> str:
    """Sorts as the text does by its bytes, and can be written into a cursor whatever it holds."""
    return text.encode(errors="surrogatepass").hex()


def page_of(
    call: Call,
    query: WalkedPage,
    bound: bytes,
    items: Sequence[T],
    key: Callable[[T], Place],
    *,
    descending: bool = False,
) -> Slice:
    """Of items in the order of their keys; `descending` turns all of a key but its first and last part."""
    if query.cursor is not None and query.offset:
        raise invalid("offset", "goes without a cursor, which knows where the page begins")
    left = items[query.offset :]
    if query.cursor is not None:
        after = position_of(call.here.cursor_key, bound, query.cursor).after
        left = [item for item in items if follows(key(item), after, descending=descending)]
    page = left[: query.limit]
    if query.offset:
        return Slice(page, len(items), {"offset": query.offset})
    if len(left) <= query.limit:
        return Slice(page, len(items), {})
    position = Position(0, key(page[-1]))
    return Slice(page, len(items), {"next_cursor": cursor_of(call.here.cursor_key, bound, position)})


def follows(key: Place, after: Place, *, descending: bool) -> bool:
    first, *middle, last = zip(key, after, strict=True)
    if first[0] != first[1]:
        return _is_greater(*first)
    for mine, theirs in middle:
        if mine != theirs:
            return _is_greater(mine, theirs) != descending
    return _is_greater(*last)


def _is_greater(mine: Any, theirs: Any) -> bool:
    return bool(mine > theirs)


def _value(shown: Shown, field: str) -> Any:
    match field:
        case "size":
            return shown.size
        case "mtime":
            return shown.mtime or ""
    return bytes_of(shown.name)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
