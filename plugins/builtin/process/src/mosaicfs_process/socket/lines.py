"""Frames at the socket: one JSON object a line, UTF-8, at most 10 MB."""

from __future__ import annotations

import msgspec
import trio

from mosaicfs.errors import MosaicError, PeerGarbledError
from mosaicfs.model.json import Json
from mosaicfs_process.exchange import LONGEST_BYTES, Facts

_PIECE = 65_536


class Lines:
    """`PeerGarbledError` for what is no such line; None from `receive` where the other side has hung up."""

    def __init__(self, stream: trio.abc.Stream, who: str) -> None:
        self._stream = stream
        self._who = who
        self._kept = bytearray()
        self._searched = 0
        self._sending = trio.Lock()

    async def send(self, message: Facts) -> None:
        line = msgspec.json.encode(message) + b"\n"
        if len(line) > LONGEST_BYTES:
            raise PeerGarbledError(self._who, "a message to it is too long for a line")
        async with self._sending:
            try:
                await self._stream.send_all(line)
            except BaseException:
                # A part of a line may be out, and the next one would be read as its rest.
                with trio.CancelScope(shield=True):
                    await self.aclose()
                raise

    async def receive(self) -> Facts | None:
        while (end := self._kept.find(b"\n", self._searched)) < 0:
            self._searched = len(self._kept)
            if self._searched >= LONGEST_BYTES:
                raise PeerGarbledError(self._who, "a line of more than 10 MB")
            piece = await self._stream.receive_some(_PIECE)
            if not piece:
                return None
            self._kept += piece
        line = bytes(self._kept[:end])
        del self._kept[: end + 1]
        self._searched = 0
        return read_line(line, self._who)

    async def aclose(self) -> None:
        await trio.aclose_forcefully(self._stream)


def read_line(line: bytes, who: str) -> Facts:
    if len(line) >= LONGEST_BYTES:
        raise PeerGarbledError(who, "a line of more than 10 MB")
    try:
        message: Json = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise PeerGarbledError(who, "a line that is no JSON") from None
    if not isinstance(message, dict):
        raise PeerGarbledError(who, "a line that is no object")
    return message


GONE: tuple[type[BaseException], ...] = (trio.BrokenResourceError, trio.ClosedResourceError, MosaicError)
"""What ends a connection when something is sent."""
