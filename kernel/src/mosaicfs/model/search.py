"""A search over the names of files, and what it finds. `Store.search` answers it, from the local database alone.

How a person writes one is read by `tree/query_text`; filters are those of the REST API. Plain words compare after NFC
and simple case folding.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

from mosaicfs.model.document import Document

Facet = Literal["node", "type", "mime", "label", "ext", "year", "size"]
Sort = Literal["relevance", "name", "mtime", "size", "path", "indexed_at"]
FileType = Literal["image", "video", "audio", "document", "text", "code", "archive", "email", "font", "app", "other"]


class Word(Struct, frozen=True, omit_defaults=True):
    """`glob` fits the whole name. With `absent` the name must not have it."""

    text: str
    kind: Literal["substring", "glob"] = "substring"
    absent: bool = False


class Search(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything must hold; a tuple of values means one of them. Times are in the form of `mtime` (`times.ordered`).

    Of `labels` a file has all, of `labels_any` one, of `labels_not` none, whoever gave them. Without words `relevance`
    means newest first. A file that nobody has read is neither `accessed_after` nor `accessed_before` anything. `after`
    is the `next` of the page before.
    """

    words: tuple[Word, ...] = ()
    within: Literal["name", "path"] = "name"
    nodes: tuple[str, ...] = ()
    types: tuple[FileType, ...] = ()
    mimes: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    labels_any: tuple[str, ...] = ()
    labels_not: tuple[str, ...] = ()
    size_min: int | None = None
    size_max: int | None = None
    mtime_after: str | None = None
    mtime_before: str | None = None
    accessed_after: str | None = None
    accessed_before: str | None = None
    never_accessed: bool = False
    path_prefix: str | None = None
    parent: str | None = None
    status: Literal["active", "deleted"] | None = "active"
    sort: Sort = "relevance"
    descending: bool = False
    facets: tuple[Facet, ...] = ()
    after: tuple[str | int | float, ...] | None = None
    offset: int = 0
    limit: int = 100
    counted: bool = True


class Hit(NamedTuple):
    """`ranges` are code point ranges of the name where words were found; empty where they are elsewhere."""

    document: Document
    score: float
    ranges: tuple[tuple[int, int], ...] = ()


class FacetValue(NamedTuple):
    value: str
    count: int  # type: ignore[assignment]  # nobody counts the members of this tuple


class SearchPage(NamedTuple):
    """`total` is of the whole match, None where nobody counted; facets hold at most 50 values each, most first."""

    hits: list[Hit]
    total: int | None
    facets: dict[str, list[FacetValue]]
    next: tuple[str | int | float, ...] | None
