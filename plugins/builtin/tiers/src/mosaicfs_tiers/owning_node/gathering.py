"""Many small files of one node with one question, each compared before it counts.

It is only a shorter way: what does not come, for whatever reason, is asked for by itself, and then it is said why. So
nothing here fails, and an answer in which one byte is not accounted for is thrown away as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Final

import msgspec
import structlog
import trio

from mosaicfs.errors import MosaicError, PeerGarbledError
from mosaicfs.model.entry import Entry, version_tag
from mosaicfs.model.ids import tail_of
from mosaicfs.wire.parcels import MOST_BYTES, MOST_FILES, PARCELS, ParcelError, Wanted, Wish, most_length, unpacked
from mosaicfs_tiers.owning_node.line import Answer, BrokenOffError, Line

UNKNOWN_S: Final = 600.0
"""A node of an earlier version is asked again after so long: it may have been renewed."""
_UNKNOWN: Final = frozenset({404, 405})

_log = structlog.get_logger(component="peer")


async def gather(line: Line, entries: Sequence[Entry], received: Callable[[int], float]) -> Mapping[str, bytes]:
    """By file id, what came of these: no more files, and no more bytes, than one answer may hold."""
    assert len(entries) <= MOST_FILES
    assert sum(each.size for each in entries) <= MOST_BYTES
    if trio.current_time() < line.no_parcels_until:
        return {}
    wish = Wish(tuple(Wanted(tail_of(each.file_id), _tag(each)) for each in entries))
    try:
        came = await _asked(line, wish, sum(each.size for each in entries), received)
        return {} if came is None else await trio.to_thread.run_sync(_proven, wish, entries, came)
    except (MosaicError, BrokenOffError, ParcelError) as error:
        _log.info("files did not come together", who=line.who, files=len(entries), cause=str(error))
        return {}


async def _asked(line: Line, wish: Wish, size: int, received: Callable[[int], float]) -> memoryview | None:
    """The whole answer. None where there is none of the kind."""
    told = {"Content-Type": "application/json"}
    async with line.asking(PARCELS, told, msgspec.json.encode(wish)) as answer:
        if answer.status in _UNKNOWN:
            line.no_parcels_until = trio.current_time() + UNKNOWN_S
        length = answer.connection.unread or 0
        if answer.status != 200:
            return None
        if length > most_length(len(wish.files), size):
            raise PeerGarbledError(line.who, "it sends more than was asked for")
        return await _taken(answer, line.rooms.one(length), received)


async def _taken(answer: Answer, room: memoryview, received: Callable[[int], float]) -> memoryview:
    filled = 0
    while filled < len(room):
        came = await answer.take(room[filled:])
        filled += came
        if (wait_s := received(came)) > 0:
            await trio.sleep(wait_s)
    return room


def _proven(wish: Wish, entries: Sequence[Entry], answer: memoryview) -> Mapping[str, bytes]:
    """In a thread. A node that is mistaken gives wrong bytes their right digest: the document may know better."""
    by_id = {tail_of(each.file_id): each for each in entries}
    found: dict[str, bytes] = {}
    for file_id, told, content in unpacked(wish, answer):
        entry, digest = by_id[file_id], sha256(content).hexdigest()
        if digest == told and len(content) == entry.size and _is_expected(entry, digest):
            found[entry.file_id] = bytes(content)
    return found


def _is_expected(entry: Entry, digest: str) -> bool:
    is_known = entry.digest is not None and entry.digest.startswith("sha256:")
    return not is_known or entry.digest == f"sha256:{digest}"


def _tag(entry: Entry) -> str:
    return version_tag(entry.file_id, entry.size, entry.mtime, entry.version)
