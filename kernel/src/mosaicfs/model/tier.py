"""A place on this machine that can produce the bytes of a file, and what it hands out when it does.

A tier may be able to do more; each further ability is a small protocol, asked for with `isinstance`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.json import JsonObject
from mosaicfs.model.pin import PinState
from mosaicfs.model.stream import ByteStream


@dataclass(frozen=True, slots=True)
class Offer:
    """`cost` orders offers, 0 is the best of 1,000; `network` says that opening needs one; `reason` is for people.

    `keep`: the bytes come from afar, so what is read is worth keeping on this machine. `where` is the node or target
    that holds them, if it is not this machine. `more_s` is how much longer than usual its opening may take.
    `is_ours`: this machine answers for these bytes, so it fetches them for other nodes too.
    """

    cost: int
    network: bool = False
    reason: str = ""
    keep: bool = False
    where: str = ""
    more_s: float = 0.0
    is_ours: bool = False


class Handle(Protocol):
    """One opened version of one file. Reads may run at the same time."""

    @property
    def size(self) -> int: ...

    @property
    def version(self) -> str | None: ...

    async def read(self, offset: int, length: int) -> bytes:
        """Exactly `max(0, min(length, size - offset))` bytes of that version, or an error."""

    async def close(self) -> None:
        """Release everything, also under a running read. Never fails."""


@runtime_checkable
class Tier(Protocol):
    """`name` is its identity, `cost` what it usually offers."""

    @property
    def name(self) -> str: ...

    @property
    def cost(self) -> int: ...

    async def offer(self, entry: Entry) -> Offer | None:
        """From memory and the local store, within 50 ms; no network, no path of a remote file system."""

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        """May take its time, and may find that it cannot: then one of the errors of the three branches."""


@runtime_checkable
class ReadingTier(Protocol):
    """The short form of a tier, for one that has nothing to open; the host makes a `Tier` of it."""

    @property
    def name(self) -> str: ...

    @property
    def cost(self) -> int: ...

    async def read(self, entry: Entry, span: Span) -> ByteStream | None:
        """Exactly the bytes of `span`. None when the entry is not here."""


# --- further abilities ---------------------------------------------------------------------------------------------


@runtime_checkable
class Priced(Protocol):
    """Of a tier: it need not be asked while another one offers for less."""

    @property
    def least_cost(self) -> int:
        """No offer of it is ever cheaper."""


@runtime_checkable
class Live(Protocol):
    """Of a handle: it shows the file itself, as it is now."""

    @property
    def differs(self) -> bool:
        """Whether that is another version than the entry names. `size` is of what was opened all the same."""


@runtime_checkable
class LocalDescriptor(Protocol):
    """Of a handle: its bytes are those of an ordinary local file."""

    def fd(self) -> int:
        """Open for as long as the handle is. Whoever takes it reads with `pread` and does not close it."""


@runtime_checkable
class AtHand(Protocol):
    """Of a handle: a small file may have come whole with its opening."""

    def at_hand(self) -> bytes | None:
        """All of it, checked, or None."""


@runtime_checkable
class Lends(Protocol):
    """Of a handle: who only passes the bytes on can have them without a copy."""

    async def lend(self, offset: int, length: int) -> memoryview:
        """As `read`. Nobody changes them any more."""


@runtime_checkable
class AtOnce(Protocol):
    """Of a handle: what lies on this machine need not be waited for, nor its end."""

    def glance(self, offset: int, length: int) -> bytes | memoryview | None:
        """As `read`; None where it would take longer, or where something is wrong."""

    def leave(self) -> None:
        """As `close`."""


class HandleAtOnce(Handle, AtOnce, Protocol): ...


@runtime_checkable
class Prompt(Protocol):
    """Of a tier: it never waits before it offers, so no clock has to run meanwhile."""

    def offer_now(self, entry: Entry) -> Offer | None:
        """As `offer`."""

    def open_now(self, entry: Entry, offer: Offer) -> HandleAtOnce | None:
        """As `open`; None where it takes longer, or where something is wrong."""


@runtime_checkable
class Gathers(Protocol):
    """Of a tier: many small files of one node cost it little more than one. Its offer is the same for all of them."""

    def is_small(self, entry: Entry) -> bool:
        """Whether it is worth while for this one. At once."""

    async def gather(self, entries: Sequence[Entry]) -> Mapping[str, bytes]:
        """The whole content of each, checked as a `read` is, by its id. All are small, of one node, and fit into a
        parcel (`wire.parcels`). Never fails: what is missing can be opened by itself, and then says why.
        """


@runtime_checkable
class Fills(Protocol):
    """Of a handle of a keeper: a part can be brought here without being read."""

    async def fill(self, offset: int, length: int) -> None:
        """Returns when all of it that can be kept is written down. Errors are those of `read`."""


@runtime_checkable
class TakesWhole(Protocol):
    """Of a keeper: what somebody else has fetched can be given to it."""

    async def take_whole(self, contents: Sequence[tuple[Entry, bytes]]) -> None:
        """Of small files, whole and checked. They can be read from it as soon as it returns, and are written down
        soon; waits as long as too much is on its way. What has no room is left out.
        """


@runtime_checkable
class Keeper(Protocol):
    """Of a tier: it keeps what others fetched. At most one on a machine."""

    async def keep(self, entry: Entry, source: Handle) -> Handle:
        """A handle over both: what is here comes from here, the rest from `source`, in spans of the keeper's choosing,
        and stays once it is on disk. Closing it closes `source`. Every read of `source` is of checked bytes.
        """

    def here(self, entry: Entry) -> int:
        """How many bytes of this version are here. From memory, at once."""


@runtime_checkable
class Fetches(Protocol):
    """Of a keeper: it knows what is on its way."""

    def fetching(self, entry: Entry) -> bool:
        """Whether some process of this machine fetches bytes of it to keep them. At once."""


@runtime_checkable
class Pins(Protocol):
    """Of a keeper: some of what it keeps stays, whatever else comes, and has room of its own."""

    async def pin(self, wanted: Collection[str], blocked: Collection[str]) -> None:
        """Exactly these files from now on, by their ids, for all processes of this machine. What was pinned before and
        is in neither is kept like everything else; `blocked` only says so of files that are not to be kept.
        """

    def pin_state(self, entry: Entry) -> PinState:
        """From memory, at once; `kept` for a wanted file whose version is all here."""

    def lacking(self, entry: Entry) -> Sequence[Span]:
        """What is still to be fetched of this version, in order; empty when it is all here."""

    def has_room_for(self, size: int) -> bool:
        """Whether the disk may take so much more."""

    async def calm(self) -> None:
        """Returns when nobody waits for a fetch."""


@runtime_checkable
class Works(Protocol):
    """Of a tier: something is to be done beside the reads."""

    async def work(self) -> None:
        """Run until cancelled. Reads are served before it begins, and also when it has failed."""


@runtime_checkable
class Reports(Protocol):
    """Of a tier: figures for the status of the node, as the page of each names them."""

    def report(self) -> JsonObject: ...
