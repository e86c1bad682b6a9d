"""From a path to digests of its content, piece by piece, and only if it was one and the same file all along."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, Protocol

import trio
from blake3 import blake3

from mosaicfs.errors import EntryUnreadableError, SourceUnavailableError
from mosaicfs_annotators.checksum.pace import Pace

Algorithm = Literal["blake3", "sha256"]
PIECE = 4 << 20


class Hasher(Protocol):
    def update(self, data: bytes, /) -> object: ...

    def hexdigest(self) -> str: ...


MAKERS: dict[Algorithm, Callable[[], Hasher]] = {"blake3": blake3, "sha256": sha256}


class Stamp(NamedTuple):
    """Equal while a path leads to the same bytes, as far as a file system can tell."""

    device: int
    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


class Digested(NamedTuple):
    stamp: Stamp
    digests: dict[str, str]


async def digest(path: Path, algorithms: Sequence[Algorithm], bytes_per_s: float) -> Digested:
    """`SourceUnavailableError` when the file was changed or replaced meanwhile: it is to be looked at again later."""
    try:
        file = await trio.to_thread.run_sync(path.open, "rb")
    except OSError as cause:
        raise EntryUnreadableError(path.name, cause.strerror or str(cause)) from None
    with file:
        before = Stamp.of(os.fstat(file.fileno()))
        digests = await _digests(file, [(name, MAKERS[name]()) for name in algorithms], bytes_per_s)
        after = Stamp.of(os.fstat(file.fileno()))
    if not before == after == await trio.to_thread.run_sync(_stamp_at, path):
        raise SourceUnavailableError(path.name, "it was changed while it was read")
    return Digested(before, digests)


async def _digests(file: BinaryIO, hashers: Sequence[tuple[Algorithm, Hasher]], bytes_per_s: float) -> dict[str, str]:
    pace = Pace(bytes_per_s, trio.current_time())
    while True:
        size = await trio.to_thread.run_sync(_take, file, hashers)
        if not size:
            break
        await trio.sleep(pace.wait_after(size, trio.current_time()))
    return {name: hasher.hexdigest() for name, hasher in hashers}


def _take(file: BinaryIO, hashers: Sequence[tuple[Algorithm, Hasher]]) -> int:
    """Another thread than that of the loop: both hashes let go of the interpreter for a piece of this size."""
    try:
        piece = file.read(PIECE)
    except OSError as cause:
        raise EntryUnreadableError(Path(file.name).name, cause.strerror or str(cause)) from None
    for _, hasher in hashers:
        hasher.update(piece)
    return len(piece)


def _stamp_at(path: Path) -> Stamp | None:
    try:
        return Stamp.of(path.stat())
    except OSError:
        return None
