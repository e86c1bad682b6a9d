"""The call for many small files at once: read one behind the other in one thread, and sent in one answer.

Only what lies on this machine goes into a parcel: what has to be fetched, or cannot be read, is asked for by itself,
and whoever asks is told then what is wrong with it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import trio

from mosaicfs import Store
from mosaicfs.errors import MosaicError
from mosaicfs.model.content import Content, Opened
from mosaicfs.model.entry import Entry, entry_of, version_tag
from mosaicfs.model.file import File
from mosaicfs.wire import noun_in
from mosaicfs.wire.parcels import ALONE, MOST_BYTES, MOST_OF_ONE, Packed, Wanted, Wish, line_of, wish_in
from mosaicfs_transfer.answering import Answering
from mosaicfs_transfer.asking import Request
from mosaicfs_transfer.file_bytes import FileBytes, read_small
from mosaicfs_transfer.handing_out import tag_of
from mosaicfs_transfer.refusals import RefusalError
from mosaicfs_transfer.rooms import Rooms

OPEN_AT_ONCE = 64


class _Found(NamedTuple):
    """`entry` is None for what does not come; `code` says why."""

    wanted: Wanted
    entry: Entry | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Parcels:
    store: Store
    content: Content
    node_id: str
    rooms: Rooms

    async def answer(self, request: Request, answering: Answering) -> None:
        if request.method != "POST":
            raise RefusalError("not_supported", "Many files are asked for with POST.", headers={"allow": "POST"})
        found = await self._found(_wish_in(await request.body()))
        async with self.rooms.one(sum(each.entry.size for each in found if each.entry is not None)) as room:
            packed, length = await self._packed(found, room)
            told = {"content-type": "application/octet-stream", "cache-control": "no-store"}
            await answering.parcel(told, line_of(packed), room[:length])

    async def _found(self, wish: Wish) -> list[_Found]:
        """What goes into the parcel, by the documents: no more than it may hold."""
        ids = [f"file::{each.id}" for each in wish.files]
        documents = await self.store.get_many(ids)
        left, found = MOST_BYTES, []
        for file_id, wanted, document in zip(ids, wish.files, documents, strict=True):
            file = noun_in(document, File)
            one = self._fitting(wanted, None if file is None or file.status != "active" else entry_of(file_id, file))
            if one.entry is not None and one.entry.size > left:
                one = _Found(wanted, code=ALONE)
            left -= 0 if one.entry is None else one.entry.size
            found.append(one)
        return found

    def _fitting(self, wanted: Wanted, entry: Entry | None) -> _Found:
        if entry is None:
            return _Found(wanted, code="not_found")
        if entry.node_id != self.node_id or entry.backend is not None or not entry.size_known:
            return _Found(wanted, code=ALONE)
        if version_tag(entry.file_id, entry.size, entry.mtime, entry.version) != wanted.etag:
            return _Found(wanted, code="precondition_failed")
        return _Found(wanted, entry) if entry.size <= MOST_OF_ONE else _Found(wanted, code=ALONE)

    async def _packed(self, found: Sequence[_Found], room: memoryview) -> tuple[list[Packed], int]:
        """And how much of the room is full."""
        packed: list[Packed] = []
        length = 0
        for begin in range(0, len(found), OPEN_AT_ONCE):
            some = found[begin : begin + OPEN_AT_ONCE]
            async with _opening(self.content, some) as opened:
                read = await read_small(opened, room[length:])
            for one, whole in zip(some, read, strict=True):
                if whole is None:
                    packed.append(Packed(one.wanted.id, code=one.code or ALONE))
                else:
                    packed.append(Packed(one.wanted.id, whole.length, whole.sha256.hex()))
                    length += whole.length
        return packed, length


@asynccontextmanager
async def _opening(content: Content, found: Sequence[_Found]) -> AsyncIterator[list[FileBytes | None]]:
    """Those that can be read by a descriptor, as long as the block runs."""
    opened: list[Opened] = []
    try:
        sources: list[FileBytes | None] = []
        for each in found:
            one = await _opened(content, each.entry)
            if one is not None:
                opened.append(one)
            sources.append(_source(one, each.wanted.etag))
        yield sources
    finally:
        with trio.CancelScope(shield=True):
            for one in opened:
                await one.close()


async def _opened(content: Content, entry: Entry | None) -> Opened | None:
    try:
        return None if entry is None else await content.open(entry.file_id, records=False, near=True)
    except MosaicError:
        return None


def _source(opened: Opened | None, tag: str) -> FileBytes | None:
    """Of that version and no other."""
    if opened is None or opened.fd() is None or tag_of(opened) != tag:
        return None
    try:
        return FileBytes(opened)
    except MosaicError:
        return None


def _wish_in(body: bytes) -> Wish:
    try:
        return wish_in(body)
    except msgspec.ValidationError as wrong:
        raise RefusalError("validation_failed", f"The wish cannot be taken: {wrong}.") from None
    except msgspec.DecodeError:
        raise RefusalError("invalid_request", "The wish is not JSON.") from None
