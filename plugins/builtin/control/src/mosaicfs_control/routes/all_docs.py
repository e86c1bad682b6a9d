"""Listing documents by id: all of them, a range, or those asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mosaicfs import ScopedStore
from mosaicfs.model.document import Document
from mosaicfs.model.store import IdRange, IdRow
from mosaicfs_control.answers import Answer, Stream, Write, json_answer
from mosaicfs_control.parameters import Parameters
from mosaicfs_control.routing import EVERY_ROLE, Call, Routes
from mosaicfs_control.shown import encoded, joined, row_of

routes = Routes()

_ROWS_AT_ONCE = 250


@routes.on("GET POST", "/{db}/_all_docs", EVERY_ROLE)
async def all_docs(call: Call) -> Answer:
    asked = call.asked.with_body(await call.incoming.members()) if call.method == "POST" else call.asked
    within, skip = _range(asked), asked.number("skip", 0)
    info = await call.store.info()
    bounded = "keys" in asked or (within.end if within.descending else within.start) is not None
    head: dict[str, object] = {"total_rows": info.live, "offset": None if bounded else min(skip, info.live)}
    if asked.flag("update_seq"):
        head["update_seq"] = info.update_seq
    listing = _Listing(
        store=call.store,
        head=b'%s,"rows":[\n' % encoded(head)[:-1],
        skip=skip,
        limit=asked.limit(),
        include_docs=asked.flag("include_docs"),
        conflicts=asked.flag("conflicts"),
    )
    if "keys" not in asked:
        return Stream(lambda write: listing.write_range(write, within))
    keys = asked.json("keys", list[str])
    return Stream(lambda write: listing.write_keys(write, keys[::-1] if within.descending else keys))


@routes.on("GET POST", "/{db}/_design_docs")
async def design_docs(call: Call) -> Answer:
    return json_answer({"total_rows": 0, "offset": 0, "rows": []})


def _range(asked: Parameters) -> IdRange:
    """`key` is a range of one. The names with an underscore are CouchDB's older ones."""
    if "key" in asked:
        key = asked.json("key", str)
        return IdRange(key, key)
    return IdRange(
        start=_bound(asked, "startkey", "start_key"),
        end=_bound(asked, "endkey", "end_key"),
        inclusive_end=asked.flag("inclusive_end", default=True),
        descending=asked.flag("descending"),
    )


def _bound(asked: Parameters, *names: str) -> str | None:
    return next((asked.json(name, str) for name in names if name in asked), None)


@dataclass(frozen=True, slots=True)
class _Listing:
    store: ScopedStore
    head: bytes
    skip: int
    limit: int | None
    include_docs: bool
    conflicts: bool

    async def write_range(self, write: Write, within: IdRange) -> None:
        """Page by page, each begun at the last row of the one before, which is then left out."""
        left, skip, last, before = self._most(), self.skip, "", self.head
        while True:
            most = min(int(left), _ROWS_AT_ONCE) + bool(last) if left < math.inf else _ROWS_AT_ONCE + bool(last)
            page = await self.store.ids(within, most, skip=skip, include_docs=self.include_docs) if left else []
            rows = [row for row in page if row.id != last]
            await write(before + joined([await self._row(row) for row in rows]))
            left -= len(rows)
            if len(page) < most or not left:
                break
            last, skip, before = page[-1].id, 0, b",\n"
            within = within._replace(start=last)
        await write(b"\n]}\n")

    async def write_keys(self, write: Write, keys: Sequence[str]) -> None:
        keys = keys[self.skip :] if self.limit is None else keys[self.skip : self.skip + self.limit]
        before = self.head
        for start in range(0, len(keys), _ROWS_AT_ONCE):
            part = keys[start : start + _ROWS_AT_ONCE]
            found = await self.store.get_many(part)
            await write(before + joined([await self._key_row(*pair) for pair in zip(part, found, strict=True)]))
            before = b",\n"
        await write((b"" if keys else before) + b"\n]}\n")

    def _most(self) -> float:
        return math.inf if self.limit is None else self.limit

    async def _row(self, row: IdRow) -> bytes:
        members: dict[str, object] = {"id": row.id, "key": row.id, "value": {"rev": row.rev}}
        return (
            row_of(members, await self._whole(row.document), conflicts=True) if self.include_docs else encoded(members)
        )

    async def _key_row(self, key: str, document: Document | None) -> bytes:
        """A tombstone is shown without its body, what is unknown by its key alone."""
        if document is None:
            return encoded({"key": key, "error": "not_found"})
        value: dict[str, object] = {"rev": document.rev}
        if document.deleted:
            value["deleted"] = True
        members: dict[str, object] = {"id": key, "key": key, "value": value}
        if not self.include_docs:
            return encoded(members)
        return row_of(members, None if document.deleted else await self._whole(document), conflicts=True)

    async def _whole(self, document: Document | None) -> Document | None:
        """With its conflicts, which a listing does not bring."""
        if document is None or not self.conflicts:
            return document
        return await self.store.get(document.id) or document
