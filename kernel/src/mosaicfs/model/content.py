"""The bytes of files as a face asks for them: what is opened, and by which ways it could be.

How a way is chosen, and what happens when one fails in the middle, is the matter of `content`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, runtime_checkable

from msgspec import Struct

from mosaicfs.model.entry import Entry
from mosaicfs.model.json import JsonObject
from mosaicfs.model.pin import PinState


class Way(Struct, frozen=True, kw_only=True):
    """A tier that could serve a file now. `where` is the node or target that holds the bytes, `` for this machine."""

    tier: str
    cost: int
    network: bool
    reason: str
    where: str = ""


class TierFigures(Struct, frozen=True, kw_only=True):
    """What a tier did for readers since the start of this process.

    `reads` are by `ok` or the reason of the failure, `opens` how many took at most so many seconds, up to `+Inf`. What
    a face reads by a descriptor is none of it.
    """

    tier: str
    reads: Mapping[str, int]
    read_bytes: int
    opens: Mapping[str, int]
    open_seconds: float


class Opened(Protocol):
    """One version of one file, for as long as somebody reads. Reads may run at the same time.

    Exactly the bytes asked for, up to the end of the file, or an error whose `reason` says why.
    """

    @property
    def entry(self) -> Entry: ...

    @property
    def size(self) -> int:
        """Of what was really opened; a file of unknown size has its own."""

    @property
    def tier(self) -> str:
        """The one that serves now; another one after it failed."""

    async def read(self, offset: int, length: int) -> bytes: ...

    def glance(self, offset: int, length: int) -> bytes | memoryview | None:
        """As `read`, at once; None where it takes longer, or fails."""

    def changed(self) -> bool:
        """Whether what is read from now on need not be what was opened: its document or the file itself is another
        version. At once; to be asked at the end by who has promised one version.
        """

    def fd(self) -> int | None:
        """A descriptor for `pread`, where the bytes are those of an ordinary local file and nothing has failed yet."""

    def leave(self) -> bool:
        """As `close`, at once; false where it takes longer and has not been done."""

    async def close(self) -> None:
        """Never fails; also under a running read."""


class Content(Protocol):
    """Of this machine: what it can read, wherever the bytes are."""

    async def open(
        self, file_id: str, *, records: bool = True, live: bool = False, near: bool = False, brief: bool = False
    ) -> Opened:
        """Through the cheapest way that works. `EntryGoneError` for what is no active file.

        `records`: somebody reads, so it counts as an access. `live`: a file of this machine that differs from its
        document is served as it is; otherwise it is `EntryChangedError`, because the answer names a version. `near`:
        only from what this machine has without a network, or has to answer for. `brief`: only a little of it is read,
        so what comes from elsewhere is not kept, and nothing is fetched but what is asked for.
        """

    def record(self, file_id: str) -> None:
        """Somebody was given bytes of it. For who opens without `records`, and only then knows it."""

    async def ways(self, file_id: str) -> list[Way]:
        """In the order in which they would be tried; no file is opened and no source is woken for it."""

    def here(self, entry: Entry) -> int:
        """How many bytes of this version are on this machine without a network. From memory, at once."""

    def pin_state(self, entry: Entry) -> PinState:
        """Whether this version is to be readable here without a network, and how far that is. From memory, at once."""

    def fetching(self, entry: Entry) -> bool:
        """Whether some process of this machine fetches bytes of it now. At once."""

    def trouble(self, file_id: str) -> str:
        """The `reason` of the last try to open or read it that failed, until one works; `` without one."""

    def report(self) -> JsonObject:
        """Figures of the tiers by their names, for the status of the node."""

    def figures(self) -> Sequence[TierFigures]:
        """Of each tier that was tried."""


@runtime_checkable
class Brings(Protocol):
    """Of a content: small files that somebody is about to read can be fetched together."""

    async def bring_ahead(self, file_ids: Sequence[str]) -> Collection[str]:
        """Those that were brought here, by their ids; nothing fails, and it is no access. Left out is what is here, is
        large, or is fetched by nobody together with others; nothing comes over a network that is paid for by the byte.
        """
