"""The tier `peer`: a file is fetched from the node that owns it, in checked spans.

Which node that is and where it can be reached stand in its document; an offer costs no network. Lines to nodes are kept
as long as the tier works, or else as long as something is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import trio

from mosaicfs.errors import DigestMismatchError, SourceUnavailableError
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.instance_id import instance_id
from mosaicfs.model.entry import Entry
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.node import Node
from mosaicfs.model.pace import BYTES_OF_MBPS, Pace
from mosaicfs.model.tier import Handle, Offer
from mosaicfs.wire import noun_in
from mosaicfs.wire.parcels import MOST_OF_ONE
from mosaicfs_tiers.owning_node.fetching import SPAN, Fetching
from mosaicfs_tiers.owning_node.gathering import gather
from mosaicfs_tiers.owning_node.line import Line, Patience
from mosaicfs_tiers.owning_node.own_name import OwnName
from mosaicfs_tiers.owning_node.reaching import Address, address_in

NAME = "peer"
COST, COST_OFFLINE = 600, 950
FIRST = 1024 * 1024
"""A file that is not larger comes with the answer that opens it."""
ROOMS_S = 20.0
"""So often memory that nobody reads into any more is given back."""


def open_peers(kernel: Kernel) -> Peers:
    """On a machine that is alone it offers nothing; that may change while this process runs."""
    files = KeyFiles(kernel.places.state_dir / "keys")
    own = OwnName(files, kernel.node_id, instance_id(kernel.places.state_dir))
    return Peers(kernel, own)


@dataclass(slots=True)
class Peers:
    """`model.tier.Tier`, and what it has to do beside."""

    kernel: Kernel
    own: OwnName
    patience: Patience = field(default_factory=Patience)
    bytes_in: int = 0
    _pace: Pace = field(default_factory=Pace)
    _lines: dict[str, Line] = field(default_factory=dict)
    _works: bool = False

    @property
    def name(self) -> str:
        return NAME

    @property
    def cost(self) -> int:
        return COST

    @property
    def least_cost(self) -> int:
        return COST

    async def offer(self, entry: Entry) -> Offer | None:
        if entry.node_id == self.kernel.node_id or not self.own.has_keys():
            return None
        node = await self._owner(entry)
        if node is None or not _addresses(node):
            return None
        is_offline = node.status == "offline"
        who = node.friendly_name
        reason = f"{who} has it, last heard of {node.last_heartbeat}" if is_offline else f"{who} has it"
        return Offer(COST_OFFLINE if is_offline else COST, network=True, reason=reason, keep=True, where=node.node_id)

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        node = await self._owner(entry)
        if node is None:
            raise SourceUnavailableError(entry.node_id, "it is no node of this instance any more")
        line = self._line(node)
        line.handles += 1
        try:
            return await _opened(self, line, Fetching(line, entry, self._received))
        except BaseException:
            await self.left(line)
            raise

    def is_small(self, entry: Entry) -> bool:
        return entry.size_known and entry.size <= MOST_OF_ONE and entry.backend is None

    async def gather(self, entries: Sequence[Entry]) -> Mapping[str, bytes]:
        node = await self._owner(entries[0]) if entries else None
        if node is None:
            return {}
        line = self._line(node)
        line.handles += 1
        try:
            return await gather(line, entries, self._received)
        finally:
            with trio.CancelScope(shield=True):
                await self.left(line)

    async def work(self) -> None:
        self._works = True
        try:
            while True:
                await trio.sleep(ROOMS_S)
                for line in self._lines.values():
                    if not line.handles:
                        line.rooms.clear()
        finally:
            self._works = False
            lines, self._lines = self._lines, {}
            for line in lines.values():
                await line.close()

    def report(self) -> JsonObject:
        return {"bytes_in": self.bytes_in}

    async def left(self, line: Line) -> None:
        """One handle less on it."""
        line.handles -= 1
        if not self._works and not line.handles:
            self._lines.pop(line.node_id, None)
            await line.close()

    async def _owner(self, entry: Entry) -> Node | None:
        """None for one whose files must not be asked for, or by another tier."""
        node = noun_in(await self.kernel.store.get(node_doc_id(entry.node_id)), Node)
        return None if node is None or node.status == "disabled" or node.role == "peer" else node

    def _line(self, node: Node) -> Line:
        line = self._lines.setdefault(node.node_id, Line(node.node_id, self.own, self.patience))
        line.learn(node.friendly_name, _addresses(node), is_offline=node.status == "offline")
        return line

    def _received(self, amount: int) -> float:
        self.bytes_in += amount
        per_s = self.kernel.settings.transfer.bandwidth_limit_mbps * BYTES_OF_MBPS
        return self._pace.wait_s(amount, per_s, trio.current_time())


@dataclass(slots=True, eq=False)
class PeerHandle:
    """`beginning` are the first bytes, of a small file all of them."""

    tier: Peers
    line: Line
    fetching: Fetching
    beginning: bytes
    is_closed: bool = False
    _reads: set[trio.CancelScope] = field(default_factory=set)

    @property
    def size(self) -> int:
        return self.fetching.size

    @property
    def version(self) -> str | None:
        return self.fetching.entry.version

    def at_hand(self) -> bytes | None:
        return self.beginning if len(self.beginning) == self.size else None

    async def read(self, offset: int, length: int) -> bytes:
        return bytes(await self.lend(offset, length))

    async def lend(self, offset: int, length: int) -> memoryview:
        with trio.CancelScope() as scope:
            if self.is_closed:
                scope.cancel()
            self._reads.add(scope)
            try:
                return await self._taken(offset, length)
            finally:
                self._reads.discard(scope)
        raise SourceUnavailableError(self.fetching.entry.file_id, "it was closed")

    async def _taken(self, offset: int, length: int) -> memoryview:
        end = min(offset + length, self.size)
        if end <= offset or end <= len(self.beginning):
            await trio.lowlevel.checkpoint()
            return memoryview(self.beginning)[offset : max(offset, end)]
        spans = [(start, min(start + SPAN, end)) for start in range(offset, end, SPAN)]
        if len(spans) == 1:
            return await self.fetching.span(*spans[0])
        return memoryview(b"".join([await self.fetching.span(*span) for span in spans]))

    async def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            for scope in self._reads:
                scope.cancel()
            await self.tier.left(self.line)


async def _opened(tier: Peers, line: Line, fetching: Fetching) -> PeerHandle:
    """What is larger is only touched: a reader may want any part of it."""
    entry = fetching.entry
    is_small = not entry.size_known or entry.size <= FIRST
    beginning = await fetching.first(FIRST if is_small else 1)
    if entry.size_known and len(beginning) == entry.size:
        _require_digest(entry, beginning, line.who)
    return PeerHandle(tier, line, fetching, beginning if is_small else b"")


def _require_digest(entry: Entry, content: bytes, who: str) -> None:
    """A node that is mistaken gives wrong bytes their right digest; the document may know better."""
    is_known = entry.digest is not None and entry.digest.startswith("sha256:")
    if is_known and f"sha256:{sha256(content).hexdigest()}" != entry.digest:
        raise DigestMismatchError(entry.file_id, who)


def _addresses(node: Node) -> tuple[Address, ...]:
    """None of a node that speaks without TLS: nothing is sent to who cannot prove its name."""
    transfer = node.transfer
    if transfer is None or transfer.protocol != "https":
        return ()
    named = dict.fromkeys((transfer.endpoint, *(transfer.endpoints or ())))
    return tuple(found for text in named if (found := address_in(text)) is not None)
