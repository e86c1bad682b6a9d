"""What a query does with the documents that a driver offers it: test, sort, page, show the fields asked for.

Every driver offers candidates in its own way and hands them to `found`, so that all give the same pages. A page goes
on after a bookmark, which holds the sort key and id of its last row: rows written meanwhile may appear or not, and
none is given twice.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from mosaicfs import wire
from mosaicfs.documents.selector import MISSING, Matcher, Path, collation_key, field_path, lookup, parse
from mosaicfs.errors import BadQueryError
from mosaicfs.model.document import Document
from mosaicfs.model.json import Json
from mosaicfs.model.store import Find, Found

MOST_SORTED = 100_000
NOTHING_FOUND = "nil"
_NO_INDEX = "no index gives this order, so the store sorted all documents that the selector accepts"

_decode = msgspec.json.Decoder(dict[str, object]).decode
_decode_bookmark = msgspec.json.Decoder(list[list[object]]).decode


class Plan(NamedTuple):
    """A query, read and found sensible. `after` is the place where the page before it ended."""

    matcher: Matcher
    sort: tuple[Path, ...]
    descending: bool
    after: tuple[object, ...] | None

    @property
    def by_id(self) -> bool:
        """Candidates that come in the order of ids, `descending` or not, need no sorting."""
        return not self.sort

    @property
    def after_id(self) -> str | None:
        """Where ids are the order, candidates up to this one need not be offered."""
        return str(self.after[-1]) if self.after is not None and self.by_id else None


class _Row(NamedTuple):
    key: tuple[object, ...]
    document: Document


def plan(query: Find) -> Plan:
    """`BadQueryError` says what is wrong with the query."""
    directions = {descending for _, descending in query.sort}
    if len(directions) > 1:
        raise BadQueryError("unsupported_mixed_sort", "all fields of a sort must have the same direction")
    sort = tuple(field_path(name) for name, _ in query.sort)
    if ("_id",) in sort:
        sort = sort[: sort.index(("_id",))]
    return Plan(parse(query.selector), sort, directions == {True}, _read_bookmark(query.bookmark, len(sort) + 1))


def found(query: Find, candidates: Iterable[Document], plan: Plan) -> Found:
    """The page, of candidates that are all at hand. Where `plan.by_id` they must come in the order of their ids."""
    page = FindPage(query, plan)
    for document in candidates:
        page.offer(document)
        if page.full:
            break
    return page.found()


class FindPage:
    """A page in the making: offer candidates until it is `full`.

    Where `plan.by_id`, they must come in the order of their ids, backwards if `plan.descending`. With `fields`, bodies
    hold these alone; whether `_id` and `_rev` are among them is for whoever prints the page.
    """

    def __init__(self, query: Find, prepared: Plan | None = None) -> None:
        self.plan = prepared or plan(query)
        self._query = query
        self._after = _key(self.plan.after) if self.plan.after is not None else None
        self._end = query.skip + query.limit
        self._rows: list[_Row] = []
        self._examined = 0
        self._accepted = 0

    @property
    def full(self) -> bool:
        return self.plan.by_id and len(self._rows) >= self._end

    def offer(self, document: Document) -> None:
        """`BadQueryError` with `no_usable_index` where too many would have to be sorted."""
        if self.full:
            return
        self._examined += 1
        value = decoded(document)
        if not self.plan.matcher(value):
            return
        key = _key(_sort_values(value, self.plan))
        if self._after is None or (key < self._after if self.plan.descending else key > self._after):
            self._accepted += 1
            self._rows.append(_Row(key, document))
        if not self.plan.by_id:
            self._keep_few()

    def found(self) -> Found:
        self._sort()
        page = [row.document for row in self._rows[self._query.skip : self._end]]
        warning = "" if self.plan.by_id else _NO_INDEX
        bookmark = _bookmark(page[-1], self.plan) if page else NOTHING_FOUND
        return Found([_shown(document, self._query.fields) for document in page], bookmark, warning, self._examined)

    def _keep_few(self) -> None:
        """Twice the page at most, so that sorting many documents needs little memory."""
        if self._accepted > MOST_SORTED:
            raise BadQueryError("no_usable_index", f"more than {MOST_SORTED:,} documents would have to be sorted")
        if len(self._rows) > 2 * self._end + 100:
            self._sort()
            del self._rows[self._end :]

    def _sort(self) -> None:
        if not self.plan.by_id:
            self._rows.sort(key=lambda row: row.key, reverse=self.plan.descending)


def decoded(document: Document) -> dict[str, Json]:
    """As selectors see it, with `_id` and `_rev`."""
    value: dict[str, Json] = _decode(document.body)  # type: ignore[assignment]  # what JSON gives is Json
    value["_id"], value["_rev"] = document.id, document.rev
    return value


def _sort_values(value: dict[str, Json], plan: Plan) -> list[object]:
    return [*(lookup(value, path) for path in plan.sort), value["_id"]]


def _key(values: Iterable[object]) -> tuple[object, ...]:
    return tuple(map(collation_key, values))


def _bookmark(last: Document, plan: Plan) -> str:
    values = _sort_values(decoded(last), plan)
    held = [[] if value is MISSING else [value] for value in values]
    return base64.urlsafe_b64encode(msgspec.json.encode(held)).decode()


def _read_bookmark(text: str, parts: int) -> tuple[object, ...] | None:
    if text in {"", NOTHING_FOUND}:
        return None
    try:
        held = _decode_bookmark(base64.b64decode(text, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, msgspec.DecodeError):
        held = []
    if len(held) != parts or not held[-1] or not isinstance(held[-1][0], str):
        raise BadQueryError("bad_request", "the bookmark does not belong to this query")
    return tuple(part[0] if part else MISSING for part in held)


def _shown(document: Document, fields: tuple[str, ...] | None) -> Document:
    if fields is None:
        return document
    value = decoded(document)
    shown: dict[str, Json] = {}
    for path in map(field_path, fields):
        part = lookup(value, path)
        if part is not MISSING and not path[0].startswith("_"):
            _put(shown, path, part)  # type: ignore[arg-type]  # MISSING is gone, and the rest is JSON
    return document._replace(body=wire.canonical(shown))


def _put(shown: dict[str, Json], path: Path, part: Json) -> None:
    at = shown
    for name in path[:-1]:
        below = at.setdefault(name, {})
        if not isinstance(below, dict):
            return  # the whole of it is shown already
        at = below
    at.setdefault(path[-1], part)
