"""The digest of a whole file that is here, compared with the one that its document gives."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import Final

import trio

_PROVES: Final = "sha256:"
_PIECE: Final = 1 << 20


def is_provable(expected: str | None) -> bool:
    """Whether there is something to compare with. Other algorithms are hints at most, or nothing here knows them."""
    return expected is not None and expected.startswith(_PROVES)


async def digest_of(file: int, limiter: trio.CapacityLimiter) -> str:
    """As `sha256:<hex>`."""
    return await trio.to_thread.run_sync(_sha256_of, file, limiter=limiter)


def _sha256_of(file: int) -> str:
    found = sha256()
    offset = 0
    while piece := os.pread(file, _PIECE, offset):
        found.update(piece)
        offset += len(piece)
    return _PROVES + found.hexdigest()
