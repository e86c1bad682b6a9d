"""A place that keeps copies of files for us."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from mosaicfs.model.entry import Span
from mosaicfs.model.stream import ByteStream


class Limiter(Protocol):
    """The rate that the owner allows."""

    async def wait_for(self, size: int) -> None:
        """Return when `size` more bytes may be sent."""


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What goes with a copy. `limiter` is waited for before each piece is sent."""

    file_id: str
    size: int
    mtime: str
    sha256: str
    limiter: Limiter


class Stored(NamedTuple):
    remote_key: str
    size: int
    checksum: str


class Kept(NamedTuple):
    remote_key: str
    size: int
    mtime: str
    checksum: str | None = None


class KeptPage(NamedTuple):
    """`cursor` continues the listing, None is its end."""

    entries: list[Kept]
    cursor: str | None


class TargetHealth(NamedTuple):
    status: Literal["ok", "degraded", "failed"]
    message: str
    free_bytes: int | None = None


@runtime_checkable
class Target(Protocol):
    async def put(self, key: str, path: Path, meta: CopyFacts) -> Stored:
        """The whole file or an error; nothing is seen under `key` before it is whole."""

    async def get(self, key: str, span: Span) -> ByteStream:
        """Exactly the bytes of `span`."""

    async def delete(self, key: str) -> bool:
        """True also where there was nothing."""

    async def list(self, prefix: str, cursor: str | None) -> KeptPage: ...

    async def stat(self, key: str) -> Kept | None: ...

    async def check(self) -> TargetHealth: ...
