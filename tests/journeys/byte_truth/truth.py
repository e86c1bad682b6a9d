"""What a read may answer: the bytes of the source, or an error with a number that means something."""

from __future__ import annotations

import errno
import os
import random
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

RIGHT = "right"
HONEST = {
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.ETIMEDOUT,
    errno.EIO,
    errno.ESTALE,
    errno.EBUSY,
}
"""What the mount says when a source fails it."""

ENDED = {errno.ENOTCONN, errno.ECONNABORTED, errno.ENODEV}
"""What the system says when nobody serves the mount any more."""

READERS = 4


def all_right(found: Counter[str]) -> bool:
    return set(found) == {RIGHT}


def read_together(pairs: Iterable[tuple[Path, Path]], seed: int, also: set[int] | None = None) -> Counter[str]:
    """By several readers at once: how often which answer came. `also` are errors that are honest here."""
    honest = HONEST | (also or set())
    with ThreadPoolExecutor(READERS) as readers:
        tried = [
            readers.submit(partial(tried_once, shown, source, random.Random(f"{seed} {shown.name}"), honest))
            for shown, source in pairs
        ]
        return Counter(each.result() for each in tried)


def tried_once(shown: Path, source: Path, chance: random.Random, honest: set[int]) -> str:
    """Two random ranges and the end, none of it from the pages that the system still has."""
    size = source.stat().st_size
    try:
        opened = os.open(shown, os.O_RDONLY)
        try:
            os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
            for offset, length in (*(_range(size, chance) for _ in range(2)), (max(0, size - 5_000), 10_000)):
                compare(opened, source, offset, length)
        finally:
            os.close(opened)
    except OSError as refused:
        if refused.errno not in honest:
            raise AssertionError(f"{shown}: {refused}") from refused
        return errno.errorcode[refused.errno or 0]
    return RIGHT


def compare(opened: int, source: Path, offset: int, length: int) -> None:
    """`OSError` is honest; anything else must be what the source has there."""
    found = wholly(opened, offset, length)
    with source.open("rb") as real:
        real.seek(offset)
        expected = real.read(length)
    assert len(found) == len(expected), f"{source.name}: {len(found)} bytes of {len(expected)} at {offset}"
    assert found == expected, f"{source.name}: other bytes at {offset + _first_difference(found, expected)}"


def wholly(opened: int, offset: int, length: int) -> bytes:
    """As every program reads: the system may give what it has before a failure, so one asks on."""
    found = b""
    while len(found) < length and (more := os.pread(opened, length - len(found), offset + len(found))):
        found += more
    return found


def _range(size: int, chance: random.Random) -> tuple[int, int]:
    return chance.randrange(size + 1), chance.choice((1, 4_096, 70_000, 1 << 20, chance.randrange(1, size + 2)))


def _first_difference(one: bytes, other: bytes) -> int:
    return next(place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)
