"""Bytes that a process puts into a file for us: where it may put them, and how they are read from there."""

from __future__ import annotations

import stat
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

import trio

from mosaicfs.errors import EntryUnreadableError, SourceUnavailableError
from mosaicfs.model.entry import Span
from mosaicfs_process.exchange import Facts

FOLDER = "staging"
PIECE = 1 << 20


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A name for a file that is not there yet, in a folder of its own. Whatever lies there at an error is removed."""
    place = folder / FOLDER / token_hex(8)
    try:
        place.mkdir(mode=0o700, parents=True)
    except OSError as trouble:
        raise SourceUnavailableError(str(place.parent), f"nothing can be put there: {trouble.strerror}") from None
    file = place / "bytes"
    try:
        yield file
    except BaseException:
        discard(file)
        raise


def discard(file: Path) -> None:
    """The process may have left anything in there."""
    with suppress(OSError):
        file.unlink(missing_ok=True)
    for other in file.parent.glob("*"):
        with suppress(OSError):
            other.unlink()
    with suppress(OSError):
        file.parent.rmdir()


async def bytes_of(file: Path, about: str, answer: Facts, span: Span) -> AsyncGenerator[bytes, None]:
    """Those of `span`. The file goes when the stream ends or is closed, whichever comes first."""
    try:
        size = await _checked(file, about, answer)
        start = span.offset if answer.get("whole") is True else 0
        left = size - start if span.length is None else min(span.length, size - start)
        async with await trio.open_file(file, "rb") as stream:
            await stream.seek(start)
            while left > 0 and (piece := await stream.read(min(PIECE, left))):
                left -= len(piece)
                yield piece
    finally:
        discard(file)


async def _checked(file: Path, about: str, answer: Facts) -> int:
    try:
        found = await trio.Path(file).lstat()
    except FileNotFoundError:
        raise EntryUnreadableError(about, "the plugin wrote no file where it was told to") from None
    if not stat.S_ISREG(found.st_mode):
        raise EntryUnreadableError(about, "the plugin put something else where it was to write a file")
    size = found.st_size
    if answer.get("size") != size:
        raise EntryUnreadableError(about, f"the plugin says {answer.get('size')} bytes and wrote {size}")
    return size
