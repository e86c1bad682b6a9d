"""What the pins of a node are about now: which of them are in force, and the files of each, with what is known of them.

Reads documents and asks the tree; nothing is fetched or decided here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from mosaicfs.errors import InvalidDirectoryError
from mosaicfs.model.entry import Entry, entry_of
from mosaicfs.model.file import File
from mosaicfs.model.filling import PinnedFile, PinWish, is_own
from mosaicfs.model.ids import tail_of
from mosaicfs.model.pin import Pin
from mosaicfs.model.questions import Key, PinsOf
from mosaicfs.model.store import Store
from mosaicfs.model.times import BadTimeError, instant
from mosaicfs.model.tree import Tree
from mosaicfs.wire import noun_in

_AT_ONCE = 500
_MICRO = 1_000_000

_log = structlog.get_logger(component="pins")


@dataclass(slots=True)
class Wishes:
    """`entries` are of all files in them. `ends_in_s` is when the next pin expires."""

    pins: Mapping[str, Pin] = field(default_factory=dict)
    wishes: Sequence[PinWish] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)
    ends_in_s: float = math.inf


class _InForce(NamedTuple):
    pins: dict[str, Pin]
    ends_in_s: float


async def wishes_of(store: Store, tree: Tree, node_id: str, now: float) -> Wishes:
    in_force = _in_force(await _pins(store, node_id), now)
    entries: dict[str, Entry] = {}
    wishes = []
    for pin_id, pin in in_force.pins.items():
        file_ids = await _files_of(tree, pin_id, pin)
        await _learn(store, [each for each in file_ids if each not in entries], entries)
        files = tuple(_pinned(entries[each], node_id) for each in file_ids if each in entries)
        wishes.append(PinWish(pin_id, pin.priority, pin.budget_bytes, files))
    return Wishes(in_force.pins, wishes, entries, in_force.ends_in_s)


def _pinned(entry: Entry, node_id: str) -> PinnedFile:
    return PinnedFile(entry.file_id, entry.size, is_own(entry, node_id))


async def _pins(store: Store, node_id: str) -> dict[str, Pin]:
    found: dict[str, Pin] = {}
    after: Key | None = None
    while True:
        answer = await store.ask(PinsOf(node_id), after=after)
        pins = ((document, noun_in(document, Pin)) for document in answer.documents)
        found |= {tail_of(document.id): pin for document, pin in pins if pin is not None}
        after = answer.next
        if after is None:
            return found


def _in_force(pins: Mapping[str, Pin], now: float) -> _InForce:
    left = {pin_id: left_s(pin, now) for pin_id, pin in pins.items() if pin.enabled}
    ends = [each for each in left.values() if each > 0]
    return _InForce({pin_id: pins[pin_id] for pin_id, each in left.items() if each > 0}, min(ends, default=math.inf))


def left_s(pin: Pin, now: float) -> float:
    """Until it expires; a time that cannot be read is none."""
    if pin.expires_at is None:
        return math.inf
    try:
        return instant(pin.expires_at) / _MICRO - now
    except BadTimeError:
        return math.inf


async def _files_of(tree: Tree, pin_id: str, pin: Pin) -> list[str]:
    try:
        return await tree.within(pin.scope)
    except InvalidDirectoryError as trouble:
        _log.info("a pin is about nothing", pin_id=pin_id, cause=str(trouble))
        return []


async def _learn(store: Store, file_ids: Sequence[str], entries: dict[str, Entry]) -> None:
    for batch in _batches(file_ids):
        for document in await store.get_many(batch):
            file = noun_in(document, File)
            if document is not None and file is not None and file.status == "active":
                entries[document.id] = entry_of(document.id, file)


def _batches(file_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(file_ids), _AT_ONCE):
        yield file_ids[start : start + _AT_ONCE]
