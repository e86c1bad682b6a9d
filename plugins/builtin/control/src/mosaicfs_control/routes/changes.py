"""The changes feed over HTTP: what is asked, how rows are written down, how long the server waits.

What a reader is shown and where it stands is `mosaicfs.Feed`. An open feed holds nothing of the store while it waits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import anyio
from msgspec import Struct

from mosaicfs import Feed, FeedQuery, ScopedStore
from mosaicfs.model.document import ChangeRow
from mosaicfs.model.json import JsonObject
from mosaicfs_control.answers import Answer, Stream, Write
from mosaicfs_control.errors import RefusedError, bad_request, not_found
from mosaicfs_control.parameters import Parameters
from mosaicfs_control.routing import EVERY_ROLE, Call, Routes
from mosaicfs_control.shown import encoded, joined, with_document
from mosaicfs_control.stopping import Ends

routes = Routes()

MOST_IDS = 10_000
OPEN_S = 3600
"""Longest life of one feed; its reader comes back with the last sequence."""
WAIT_S = 60
LEAST_HEARTBEAT_S = 1


class _Change(Struct, gc=False):
    rev: str


class _Head(Struct, omit_defaults=True, gc=False):
    """A row of the feed without its document."""

    seq: str
    id: str
    changes: list[_Change]
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long to wait for rows, and how often to show that we still do."""

    wait_s: float
    heartbeat_s: float


@routes.on("GET POST", "/{db}/_changes", EVERY_ROLE)
async def changes(call: Call) -> Answer:
    asked = await _asked(call)
    query, feed, patience = _query(asked), asked.text("feed", "normal"), _patience(asked)
    if query.descending and feed != "normal":
        raise bad_request("descending goes with feed=normal only")
    open_feed = _OpenFeed(call.store, query, patience, call.stopping)
    if feed == "continuous":
        return Stream(open_feed.write_lines)
    return Stream(open_feed.write_page if feed == "longpoll" else open_feed.write_what_is_there)


async def _asked(call: Call) -> Parameters:
    """`doc_ids` and `selector` come in the body of a POST; whatever else stands there counts too."""
    asked = call.asked.with_body(await call.incoming.members()) if call.method == "POST" else call.asked
    if (feed := asked.text("feed", "normal")) == "eventsource":
        raise RefusedError("not_implemented", "feed=eventsource is not served; feed=continuous is.")
    if feed not in {"normal", "longpoll", "continuous"}:
        raise bad_request(f"feed must be normal, longpoll or continuous, not {feed[:100]!r}")
    return asked


def _query(asked: Parameters) -> FeedQuery:
    limit, style = asked.limit(), asked.text("style", "main_only")
    if style not in {"main_only", "all_docs"}:
        raise bad_request(f"style must be main_only or all_docs, not {style[:100]!r}")
    doc_ids, selector = _filter(asked)
    return FeedQuery(
        since=asked.text("since", "0"),
        limit=None if limit is None else max(1, limit),
        style=cast(Literal["main_only", "all_docs"], style),
        include_docs=asked.flag("include_docs"),
        conflicts=asked.flag("conflicts"),
        descending=asked.flag("descending"),
        doc_ids=doc_ids,
        selector=selector,
    )


def _filter(asked: Parameters) -> tuple[frozenset[str] | None, JsonObject | None]:
    match asked.text("filter"):
        case "":
            return None, None
        case "_selector" if "selector" in asked:
            return None, asked.json("selector", dict)
        case "_doc_ids" if "doc_ids" in asked:
            ids = asked.json("doc_ids", list[str])
            if len(ids) > MOST_IDS:
                raise bad_request(f"{len(ids)} doc_ids; {MOST_IDS} are the most")
            return frozenset(ids), None
        case "_selector" | "_doc_ids" as name:
            raise bad_request(f"filter={name} needs {name[1:]}")
        case "_design":
            return frozenset(), None
    raise not_found()


def _patience(asked: Parameters) -> _Patience:
    if asked.text("heartbeat", "false") in {"true", "false"}:
        heartbeat_s = WAIT_S if asked.flag("heartbeat") else math.inf
    else:
        heartbeat_s = max(asked.number("heartbeat", 0) / 1000, LEAST_HEARTBEAT_S)
    wait_s = min(asked.number("timeout", WAIT_S * 1000) / 1000, WAIT_S)
    return _Patience(OPEN_S if heartbeat_s < math.inf else wait_s, heartbeat_s)


class _OpenFeed:
    def __init__(self, store: ScopedStore, query: FeedQuery, patience: _Patience, stopping: Ends) -> None:
        self._feed = Feed(store, query)
        self._query = query
        self._patience = patience
        self._stopping = stopping
        self._closes = anyio.current_time() + OPEN_S

    async def write_what_is_there(self, write: Write) -> None:
        await self._write_rows(write, waits=False)

    async def write_page(self, write: Write) -> None:
        await self._write_rows(write, waits=True)

    async def _write_rows(self, write: Write, *, waits: bool) -> None:
        """One JSON object. A page without visible rows is a newline, so that a long search shows that it goes on."""
        before, given = b'{"results":[\n', False
        while True:
            rows = await self._feed.look()
            await write(before + (b",\n" if given and rows else b"") + (self._lines(rows) or b"\n"))
            before, given = b"", given or bool(rows)
            if self._feed.full or (self._feed.at_end and (given or not waits or not await self._more(write))):
                break
        await write(b"\n],%s\n" % self._last_line()[1:])

    async def write_lines(self, write: Write) -> None:
        """`continuous`: each row a line of its own, for as long as the patience lasts between two of them."""
        while True:
            rows = await self._feed.look()
            await write(b"".join(self._line(row) + b"\n" for row in rows) or b"\n")
            if self._feed.full or (self._feed.at_end and not await self._more(write)):
                break
        await write(self._last_line() + b"\n")

    async def _more(self, write: Write) -> bool:
        """Wait until there is something to look at; False when it was long enough or the server stops."""
        ends = min(anyio.current_time() + self._patience.wait_s, self._closes)
        while not self._stopping.begun and (left := ends - anyio.current_time()) > 0:
            with self._stopping.ends_the_wait():
                if await self._feed.wait(min(left, self._patience.heartbeat_s)):
                    return True
            if self._patience.heartbeat_s < math.inf:
                await write(b"\n")
        return False

    def _lines(self, rows: Sequence[ChangeRow]) -> bytes:
        return joined(map(self._line, rows))

    def _line(self, row: ChangeRow) -> bytes:
        head = encoded(_Head(row.seq, row.id, [_Change(rev) for rev in row.revs], row.deleted))
        if not self._query.include_docs:
            return head
        return with_document(head, row.document, conflicts=self._query.conflicts)

    def _last_line(self) -> bytes:
        return encoded({"last_seq": self._feed.last_seq, "pending": self._feed.pending})
