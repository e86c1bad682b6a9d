"""Where copies of a file are and how a reader would get at them: as the tiers offer it, and as the documents say.

Nothing here opens a file, touches a source or asks another machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from mosaicfs.model.content import Way
from mosaicfs.model.entry import Entry, entry_of
from mosaicfs.model.file import File
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.node import Node
from mosaicfs_control.rest.availability import Availability, is_real, ways_to, word_of
from mosaicfs_control.rest.filed import filed
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.routing import Call


class ShownCopy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A copy and one way to it. `cost` is there where a tier offers it, and then `reason` says why it could."""

    tier: Availability
    where: str
    reachable: bool | None = None
    reason: Annotated[str | None, Meta(description="Why it could serve; where it is not reachable, why not.")] = None
    since: str | None = None
    status: str | None = None
    cost: Annotated[int | None, Meta(description="By which ways are ordered, 0 to 1,000; absent for no offer.")] = None


class Serving(Struct, frozen=True, kw_only=True):
    """What the next read uses. `cached_bytes` of it are on this machine already."""

    tier: Availability
    where: str
    cost: Annotated[int, Meta(description="By which ways are ordered, 0 to 1,000.")]
    network_bytes: Annotated[int, Meta(description="How much of it would come over a network.")]
    cached_bytes: Annotated[int, Meta(description="How much of it is on this machine already.")]


class Reach(Struct, frozen=True):
    """`copies` in the order in which a read would try them; `reason` where none can serve."""

    copies: list[ShownCopy]
    serving: Serving | None = None
    reason: str = ""


async def copies_of(call: Call, file_id: str) -> list[ShownCopy]:
    return (await reach_of(call, file_id)).copies


async def reach_of(call: Call, file_id: str) -> Reach:
    file = noun_of(await call.store.get(file_id), File)
    if file is None or file.status != "active":
        return Reach([], reason="gone")
    entry, ways = entry_of(file_id, file), await ways_to(call, file_id)
    real = [way for way in ways if is_real(way)]
    offered = [_offered(call, way) for way in real]
    known = [await _owners(call, entry), *await _replicas(call, file_id)]
    copies = [*offered, *_unmet(offered, known)]
    if real:
        return Reach(copies, _serving(call, entry, real[0]))
    return Reach(copies, None, next((copy.reason for copy in copies if copy.reason), "source_offline"))


def _where(call: Call, way: Way) -> str:
    return way.where or call.kernel.node_id


def _offered(call: Call, way: Way) -> ShownCopy:
    return ShownCopy(
        tier=word_of(way), where=_where(call, way), reachable=True, reason=way.reason or None, cost=way.cost
    )


def _serving(call: Call, entry: Entry, way: Way) -> Serving:
    # A file of this machine that is not read from its disk lies in no cache.
    is_own = entry.node_id == call.kernel.node_id and entry.backend is None
    cached = 0 if is_own else min(call.kernel.content.here(entry), entry.size)
    network = entry.size - cached if way.network else 0
    return Serving(
        tier=word_of(way), where=_where(call, way), cost=way.cost, network_bytes=network, cached_bytes=cached
    )


def _unmet(offered: Sequence[ShownCopy], known: Sequence[ShownCopy]) -> Iterator[ShownCopy]:
    """Copies that the documents tell of and that no tier of this machine offers."""
    met = {(copy.tier, copy.where) for copy in offered}
    return (copy for copy in known if (copy.tier, copy.where) not in met)


async def _replicas(call: Call, file_id: str) -> list[ShownCopy]:
    found = await filed(call.store, lambda filing: filing.replicas(file_id))
    return [ShownCopy(tier="replica", where=target, status=status) for target, status in found]


async def _owners(call: Call, entry: Entry) -> ShownCopy:
    """The file itself, as far as its node is known."""
    if entry.node_id == call.kernel.node_id:
        return ShownCopy(tier="local", where=entry.node_id, reachable=False, reason="disk_missing")
    node = noun_of(await call.store.get(node_doc_id(entry.node_id)), Node)
    if node is None:
        return ShownCopy(tier="peer", where=entry.node_id, reachable=False, reason="source_offline")
    if node.status in ("online", "degraded"):
        return ShownCopy(tier="peer", where=entry.node_id, reachable=False, reason="not_served")
    reason = "source_offline" if node.status == "offline" else "source_disabled"
    return ShownCopy(tier="peer", where=entry.node_id, reachable=False, reason=reason, since=node.last_heartbeat)
