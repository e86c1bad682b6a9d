"""The filters that lists of files and searches take: the parameters, and the `Search` that they come to.

What stands in `q` is read by `mosaicfs.read_query`; here it meets the other parameters. Parameters of subjects that do
not exist yet are refused by name: a filter must never be ignored in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from mosaicfs.model.json import JsonObject
from mosaicfs.model.search import FileType, Search
from mosaicfs.model.times import BadTimeError, instant, mtime_text
from mosaicfs_control.rest.amounts import age_s, size_bytes
from mosaicfs_control.rest.cursors import LONGEST
from mosaicfs_control.rest.including import Include
from mosaicfs_control.rest.lists import Page
from mosaicfs_control.rest.refusals import invalid

LONGEST_Q = 1_024

LATER: Mapping[str, str] = MappingProxyType(
    {
        "annotation[": "annotations come later",
        **dict.fromkeys(("replicated", "places", "copies"), "copies of files come later"),
        "unreachable": "whether files can be read comes later",
        "under": "the tree of virtual directories comes later; path_prefix asks for a folder of a node",
    }
)
"""Parameters whose subjects are not there yet."""

_OF_PAGES = frozenset(("include", "limit", "offset", "count", "cursor"))

Text = Annotated[str, Meta(min_length=1, max_length=4_096)]
Cursor = Annotated[str, Meta(max_length=LONGEST)]
FileSort = Literal["name", "-name", "mtime", "-mtime", "size", "-size", "path", "-path", "indexed_at", "-indexed_at"]


class Narrowing(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What narrows down the files of a node, or of all."""

    q: Annotated[
        str,
        Meta(max_length=LONGEST_Q, description='Words that the name holds, globs, `"…"`, `-term`, `ext:`, `size:` …'),
    ] = ""
    match: Annotated[
        Literal["auto", "substring", "glob"],
        Meta(description="`substring` and `glob`: all of `q` is one of these, terms are not looked for."),
    ] = "auto"
    label: Annotated[tuple[Text, ...], Meta(description="With all of these labels, whoever gave them.")] = ()
    label_any: Annotated[Text | None, Meta(description="Comma list: with one of these labels.")] = None
    label_not: Annotated[tuple[Text, ...], Meta(description="With none of these labels.")] = ()
    within: Annotated[Literal["name", "path"], Meta(description="Where plain words are looked for.")] = msgspec.field(
        default="name", name="in"
    )
    types: Annotated[tuple[FileType, ...], Meta(description="One of these file types.")] = msgspec.field(
        default=(), name="type"
    )
    mime: Annotated[tuple[Text, ...], Meta(description="One of these MIME types or globs, such as `image/*`.")] = ()
    mime_type: Annotated[tuple[Text, ...], Meta(description="Another name of `mime`.")] = ()
    ext: Annotated[tuple[Text, ...], Meta(description="One of these extensions, without the dot.")] = ()
    size_min: Annotated[Text | None, Meta(description="At least; bytes or `K` `M` `G` `T`, powers of 1024.")] = None
    size_max: Annotated[Text | None, Meta(description="At most; bytes or `K` `M` `G` `T`, powers of 1024.")] = None
    mtime_after: Annotated[
        Text | None, Meta(description="Inclusive; RFC 3339, a date, or an age such as `30d`, `12h`.")
    ] = None
    mtime_before: Annotated[
        Text | None, Meta(description="Exclusive; RFC 3339, a date, or an age such as `30d`, `12h`.")
    ] = None
    accessed_after: Annotated[
        Text | None, Meta(description="Last read through MosaicFS then or later; forms as for `mtime_after`.")
    ] = None
    accessed_before: Annotated[
        Text | None, Meta(description="Read through MosaicFS, and last before then; forms as for `mtime_after`.")
    ] = None
    never_accessed: Annotated[bool, Meta(description="`true`: never read through MosaicFS.")] = False
    path_prefix: Annotated[Text | None, Meta(description="Folder on its node; all below it, by whole parts.")] = None
    parent: Annotated[Text | None, Meta(description="Folder on its node; what lies directly in it.")] = None
    status: Annotated[Literal["active", "deleted", "any"], Meta(description="Whether the file still exists.")] = (
        "active"
    )
    include: Include = ""
    cursor: Annotated[Cursor | None, Meta(description="`next_cursor` of the page before; goes with no `offset`.")] = (
        None
    )


class OfNodes(Narrowing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    node: Annotated[tuple[Text, ...], Meta(description="On one of these nodes; id or friendly name.")] = ()
    node_id: Annotated[tuple[Text, ...], Meta(description="Another name of `node`.")] = ()


def search_of(query: Narrowing, nodes: Sequence[str], now: float) -> Search:
    """Of everything but `q`. `nodes` are ids; ages count from `now`, in seconds since 1970."""
    return Search(
        within=query.within,
        nodes=tuple(nodes),
        types=query.types,
        mimes=(*query.mime, *query.mime_type),
        extensions=tuple(ext.removeprefix(".").casefold() for ext in query.ext),
        size_min=_size("size_min", query.size_min),
        size_max=_size("size_max", query.size_max),
        mtime_after=_moment("mtime_after", query.mtime_after, now),
        mtime_before=_moment("mtime_before", query.mtime_before, now),
        accessed_after=_moment("accessed_after", query.accessed_after, now),
        accessed_before=_moment("accessed_before", query.accessed_before, now),
        never_accessed=query.never_accessed,
        labels=query.label,
        labels_any=_listed("label_any", query.label_any),
        labels_not=query.label_not,
        path_prefix=query.path_prefix,
        parent=query.parent,
        status=None if query.status == "any" else query.status,
        offset=query.offset,
        limit=query.limit,
        counted=query.count is None,
    )


def parameters_of_body(field: str, members: JsonObject) -> bytes:
    """The query string that would ask the same; a list repeats its parameter. `ApiError` names what cannot be."""
    pairs: list[tuple[str, str]] = []
    for name, value in members.items():
        if name in _OF_PAGES:
            raise invalid(f"{field}.{name}", "narrows nothing down")
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str | int) for each in values):
            raise invalid(f"{field}.{name}", "must be text, a number, or a list of these")
        pairs += [(name, str(each).lower() if isinstance(each, bool) else str(each)) for each in values]
    return urlencode(pairs).encode()


def counts_from_now(query: Narrowing) -> bool:
    """Whether the answer changes as time goes by although no document does."""
    times = (query.mtime_after, query.mtime_before, query.accessed_after, query.accessed_before)
    return bool(query.q) or any(each is not None and age_s(each) is not None for each in times)


def _listed(name: str, text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not found:
        raise invalid(name, "names no label")
    return found


def _size(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if (found := size_bytes(text)) is None:
        raise invalid(name, f"{text[:40]!r} is not a size such as 1000, 10K or 1.5G")
    return found


def _moment(name: str, text: str | None, now: float) -> str | None:
    if text is None:
        return None
    if (age := age_s(text)) is not None:
        return mtime_text(int((now - age) * 1_000_000) * 1000)
    try:
        return mtime_text(instant(f"{text}T00:00:00Z" if len(text) == len("2026-01-15") else text) * 1000)
    except BadTimeError:
        problem = f"{text[:40]!r} is not a time such as 2026-01-15, 2026-01-15T14:30:00Z or 30d"
        raise invalid(name, problem) from None
