"""Where the bytes of files would come from if somebody read them now, for objects that are shown by the hundred.

The tiers are asked, who answer from memory and the documents: no file is opened and nobody is woken. A file of this
machine is `local` without asking; whether its disk is attached turns out when it is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TypeAlias, cast

import msgspec
from msgspec import Struct

from mosaicfs.errors import EntryGoneError
from mosaicfs.model.content import Way
from mosaicfs.model.document import Document
from mosaicfs.model.tree import Shown
from mosaicfs_control.rest.routing import Call

Availability: TypeAlias = Literal[
    "local", "cache", "mount", "sync_dir", "replica", "peer", "federation", "materialize", "unavailable"
]

UNAVAILABLE: Availability = "unavailable"
LOCAL: Availability = "local"
LAST_RESORT = 950
"""From this cost on a tier offers only to try, so that an error can tell why: what it knows is that it cannot."""

_WORDS: Mapping[str, str] = MappingProxyType({"replica_dir": "replica"})
"""Of tiers that the API calls otherwise than they call themselves."""


class _Source(Struct, frozen=True, gc=False):
    node_id: str
    backend: str | None = None


class _Lying(Struct, frozen=True, gc=False):
    status: str
    source: _Source


_lying_of = msgspec.json.Decoder(_Lying).decode


def word_of(way: Way) -> Availability:
    """A tier that is none of ours has its own name."""
    return cast(Availability, _WORDS.get(way.tier, way.tier))


def is_real(way: Way) -> bool:
    """Whether it is more than a try."""
    return way.cost < LAST_RESORT


async def ways_to(call: Call, file_id: str) -> list[Way]:
    """In the order in which they would be tried; none to a file that is not there any more."""
    try:
        return await call.kernel.content.ways(file_id)
    except EntryGoneError:
        return []


async def availability(call: Call, file_id: str) -> Availability:
    return next((word_of(way) for way in await ways_to(call, file_id) if is_real(way)), UNAVAILABLE)


async def availabilities(call: Call, documents: Sequence[Document]) -> list[Availability]:
    """One for each of the documents."""
    return [await _of(call, document) for document in documents]


async def _of(call: Call, document: Document) -> Availability:
    try:
        lying = _lying_of(document.body)
    except msgspec.DecodeError:
        return UNAVAILABLE
    if lying.status != "active":
        return UNAVAILABLE
    is_own = lying.source.node_id == call.kernel.node_id and lying.source.backend is None
    return LOCAL if is_own else await availability(call, document.id)


async def availability_of_shown(call: Call, shown: Shown) -> Availability | None:
    """Of what the tree shows; None for a directory."""
    if shown.file_id is None:
        return None
    return LOCAL if shown.node_id == call.kernel.node_id else await availability(call, shown.file_id)
