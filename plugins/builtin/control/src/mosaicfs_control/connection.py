"""One connection: Hypercorn's own, with a limit for how long a request's head may take, and an end of what broke off.

Hypercorn counts a connection as idle until a head is whole, so who sends a byte now and then would be waited for half a
minute at a time, and only then. And where an answer breaks off it closes a connection of HTTP/1.1, but leaves whoever
reads a stream of HTTP/2 waiting for the rest.
"""

from __future__ import annotations

from contextlib import suppress
from math import inf

import h11
import trio
from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.protocol.h2 import H2Protocol
from hypercorn.trio.tcp_server import TCPServer

HEAD_S = 10.0
PIECE = 64 * 1024


class Connection(TCPServer):
    """A head must be whole `HEAD_S` after the connection, or after its first byte on one that was kept."""

    _head_by = inf
    _is_idle = True
    _is_over = False

    async def protocol_send(self, event: Event) -> None:
        if isinstance(event, Updated):
            if self._is_over:
                return
            self._is_idle = event.idle
            await self._reset_broken()
            self._head_by = trio.current_time() + HEAD_S if event.idle and self._has_begun else inf
        await super().protocol_send(event)

    async def _read_data(self) -> None:
        self._head_by = trio.current_time() + HEAD_S
        while (data := await self._next()) is not None:
            if self._is_idle and self._head_by == inf and not self._is_http2:
                self._head_by = trio.current_time() + HEAD_S
            await self.protocol.handle(RawData(data))
            if not data:
                break
        # Hypercorn would wait for its idle task, and so count and keep a connection that is gone.
        self._is_over = True
        await self.idle_task.stop()
        await self.protocol.handle(Closed())

    async def _reset_broken(self) -> None:
        """Streams of HTTP/2 whose answer has ended before its end."""
        protocol = self.protocol.protocol
        if not isinstance(protocol, H2Protocol):
            return
        for stream_id, buffer in list(protocol.stream_buffers.items()):
            if stream_id in protocol.streams or buffer.complete:
                continue
            await buffer.close()
            with suppress(ProtocolError):  # the other side may have ended it first
                protocol.connection.reset_stream(stream_id, ErrorCodes.INTERNAL_ERROR)
        if rest := protocol.connection.data_to_send():
            await super().protocol_send(RawData(rest))

    @property
    def _has_begun(self) -> bool:
        """Whether some of the next head came while the last request was still being answered."""
        under = self.protocol.protocol.connection
        return isinstance(under, h11.Connection) and len(under.trailing_data[0]) > 0

    @property
    def _is_http2(self) -> bool:
        """There, frames come between requests too, and they are no heads."""
        return isinstance(self.protocol.protocol, H2Protocol)

    async def _next(self) -> bytes | None:
        """Empty at an orderly end, None at any other."""
        try:
            with trio.fail_at(self._head_by):
                return bytes(await self.stream.receive_some(PIECE))
        except (trio.ClosedResourceError, trio.BrokenResourceError, trio.TooSlowError):
            return None
