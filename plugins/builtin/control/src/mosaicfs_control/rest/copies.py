"""Where copies of a file are and how a reader would get at them: as the tiers offer it, and as the documents say.

Nothing here opens a file, touches a source or asks another machine. For another reader than this machine only the
documents tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct, structs

from mosaicfs.model.content import Way
from mosaicfs.model.entry import Entry, entry_of
from mosaicfs.model.file import File
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.kernel import KnowsNetwork
from mosaicfs.model.node import Node
from mosaicfs_control.rest.availability import Availability, is_real, ways_to, word_of
from mosaicfs_control.rest.filed import filed
from mosaicfs_control.rest.other_readers import Reader, ways_from
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


class Serving(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the next read uses. `cached_bytes` of it are on this machine already; of another reader nobody knows."""

    tier: Availability
    where: str
    cost: Annotated[int, Meta(description="By which ways are ordered, 0 to 1,000.")]
    network_bytes: Annotated[int, Meta(description="How much of it would come over a network.")]
    cached_bytes: Annotated[int, Meta(description="How much of it is on this machine already.")]
    metered: Annotated[
        bool | None, Meta(description="Whether that network is paid for by the byte, where this is known.")
    ] = None


class Reach(Struct, frozen=True):
    """`copies` in the order in which a read would try them; `reason` where none can serve."""

    copies: list[ShownCopy]
    serving: Serving | None = None
    reason: str = ""


async def copies_of(call: Call, file_id: str) -> list[ShownCopy]:
    return (await reach_of(call, file_id)).copies


async def reach_of(call: Call, file_id: str, reader: Reader | None = None) -> Reach:
    """For this machine, or for another node."""
    file = noun_of(await call.store.get(file_id), File)
    if file is None or file.status != "active":
        return Reach([], reason="gone")
    entry = entry_of(file_id, file)
    owner = noun_of(await call.store.get(node_doc_id(entry.node_id)), Node)
    ways = await ways_to(call, file_id) if reader is None else ways_from(reader, entry, owner)
    who = call.kernel.node_id if reader is None else reader.node_id
    real = [way for way in ways if is_real(way)]
    offered = [_offered(way, who) for way in real]
    known = [_owners(entry, owner, who), *await _replicas(call, file_id)]
    copies = [*offered, *_unmet(offered, known)]
    if real:
        cached = 0 if reader is not None else _cached(call, entry)
        serving = _serving(entry, real[0], who, cached)
        return Reach(copies, serving if reader is not None else await _with_network(call, serving))
    return Reach(copies, None, next((copy.reason for copy in copies if copy.reason), "source_offline"))


def _offered(way: Way, who: str) -> ShownCopy:
    return ShownCopy(
        tier=word_of(way), where=way.where or who, reachable=True, reason=way.reason or None, cost=way.cost
    )


def _cached(call: Call, entry: Entry) -> int:
    """On this machine. A file of it that is not read from its disk lies in no cache."""
    is_own = entry.node_id == call.kernel.node_id and entry.backend is None
    return 0 if is_own else min(call.kernel.content.here(entry), entry.size)


def _serving(entry: Entry, way: Way, who: str, cached: int) -> Serving:
    network = entry.size - cached if way.network else 0
    return Serving(tier=word_of(way), where=way.where or who, cost=way.cost, network_bytes=network, cached_bytes=cached)


async def _with_network(call: Call, serving: Serving) -> Serving:
    """The system is asked only where a network would be used."""
    if not serving.network_bytes or not isinstance(call.kernel, KnowsNetwork):
        return serving
    return structs.replace(serving, metered=await call.kernel.is_metered())


def _unmet(offered: Sequence[ShownCopy], known: Sequence[ShownCopy]) -> Iterator[ShownCopy]:
    """Copies that the documents tell of and that no tier of the reader offers."""
    met = {(copy.tier, copy.where) for copy in offered}
    return (copy for copy in known if (copy.tier, copy.where) not in met)


async def _replicas(call: Call, file_id: str) -> list[ShownCopy]:
    found = await filed(call.store, lambda filing: filing.replicas(file_id))
    return [ShownCopy(tier="replica", where=target, status=status) for target, status in found]


def _owners(entry: Entry, node: Node | None, who: str) -> ShownCopy:
    """The file itself, as far as its node is known."""
    if entry.node_id == who and entry.backend is not None:
        return ShownCopy(tier="materialize", where=entry.node_id, reachable=False, reason="source_offline")
    if entry.node_id == who:
        return ShownCopy(tier="local", where=entry.node_id, reachable=False, reason="disk_missing")
    if node is None:
        return ShownCopy(tier="peer", where=entry.node_id, reachable=False, reason="source_offline")
    if node.status in ("online", "degraded"):
        return ShownCopy(tier="peer", where=entry.node_id, reachable=False, reason="not_served")
    reason = "source_offline" if node.status == "offline" else "source_disabled"
    return ShownCopy(tier="peer", where=entry.node_id, reachable=False, reason=reason, since=node.last_heartbeat)
