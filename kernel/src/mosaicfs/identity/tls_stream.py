"""A stream over TLS whose bytes go straight from the socket to where they are wanted.

trio's own stream hands every record through buffers in memory, which costs a large file more than to decrypt it does.
Here OpenSSL works on the socket itself, in the thread of the event loop; others have their turn now and then.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

import trio

RECORD: Final = 16 * 1024
"""The most that TLS seals in one piece, and that OpenSSL takes or gives at once."""
TURN: Final = 1024 * 1024
"""So much is taken or given before anybody else has a turn."""

T = TypeVar("T")


class TlsStream:
    """Takes the connection over from `stream`. One task may send and one receive at the same time.

    `trio.BrokenResourceError` when the other end does what it must not, or breaks off; `trio.ClosedResourceError` after
    the own end has closed. What ends without a farewell has ended: whoever needs to know says how long a message is.
    """

    def __init__(
        self, stream: trio.SocketStream, context: ssl.SSLContext, *, server_hostname: str | None = None
    ) -> None:
        """Of a client where there is a name that the other end must prove, else of a server."""
        plain = socket.socket(fileno=stream.socket.detach())
        try:
            plain.setblocking(False)
            self._socket = context.wrap_socket(
                plain,
                server_side=server_hostname is None,
                server_hostname=server_hostname,
                do_handshake_on_connect=False,
                suppress_ragged_eofs=True,
            )
        except BaseException:
            plain.close()
            raise

    async def do_handshake(self) -> None:
        """Needed once, before anything else. A farewell instead of a greeting is a break, too."""
        await trio.lowlevel.checkpoint()
        await self._done(self._socket.do_handshake)

    async def receive_some(self, most: int = RECORD) -> bytes:
        """What there is, up to so much; empty at the end."""
        await trio.lowlevel.checkpoint()
        return await self._done(lambda: self._socket.recv(most))

    async def receive_into(self, room: memoryview) -> int:
        """How much there was, up to a full `room`; 0 at the end."""
        await trio.lowlevel.checkpoint()
        room = room[:TURN]
        filled = await self._done(lambda: self._socket.recv_into(room))
        while 0 < filled < len(room):
            try:
                got = self._socket.recv_into(room[filled:])
            except OSError:  # whatever it is comes again when nothing else is left
                break
            if not got:
                break
            filled += got
        return filled

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        left = memoryview(data)
        while left:
            await trio.lowlevel.checkpoint()
            turn, left = left[:TURN], left[TURN:]
            sent = 0
            while sent < len(turn):
                sent += await self._done(lambda: self._given(turn[sent:]))  # noqa: B023 - it is called at once

    def _given(self, data: memoryview) -> int:
        """How much of it went, record by record; nothing was said of the rest yet."""
        sent = self._socket.send(data)
        with suppress(ssl.SSLWantWriteError, ssl.SSLWantReadError):
            while sent < len(data):
                sent += self._socket.send(data[sent:])
        return sent

    def has_more(self) -> bool:
        """Whether the other end has said anything more, if only that it ends. None of it is taken."""
        try:
            if not self._socket.pending():
                socket.socket.recv(self._socket, 1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def cut(self) -> None:
        """At once, for whoever is waiting, too: what is not out yet never goes."""
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # that of TLS would go on in the open

    def close(self) -> None:
        if self._socket.fileno() >= 0:
            trio.lowlevel.notify_closing(self._socket)
            self._socket.close()

    async def aclose(self) -> None:
        self.close()
        await trio.lowlevel.checkpoint()

    async def _done(self, do: Callable[[], T]) -> T:
        """As soon as the connection lets it happen."""
        while True:
            if self._socket.fileno() < 0:
                raise trio.ClosedResourceError("this stream was closed")
            try:
                return do()
            except ssl.SSLWantReadError:
                await trio.lowlevel.wait_readable(self._socket)
            except ssl.SSLWantWriteError:
                await trio.lowlevel.wait_writable(self._socket)
            except OSError as error:
                raise trio.BrokenResourceError(str(error)) from error
