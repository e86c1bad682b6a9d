"""One connection: Hypercorn's own, which whoever answers can cut, and which neither a slow head nor a reader that has
stopped keeps open.

Hypercorn counts a connection as idle until a head is whole, and shields each send from cancellation. Here both have a
limit of time, and the last word is the socket's: it is shut down, and whatever waits on it ends.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import Any

import trio
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import AppWrapper, ConnectionState

HEAD_S = 10.0
SILENT_S = 30.0
"""A reader that takes nothing for so long is gone, or might as well be."""
PIECE = 64 * 1024


@dataclass(slots=True, eq=False)
class Line:
    """The socket below a connection. Who answers looks now and then whether the other end `is_gone`."""

    stream: trio.SocketStream
    is_gone: bool = False

    def cut(self) -> None:
        """At once, also in the middle of an answer: what is not out yet never goes."""
        self.is_gone = True
        with suppress(OSError):
            self.stream.socket.shutdown(socket.SHUT_RDWR)


class Connection(TCPServer):
    """`over` is the stream itself, or TLS on it. A head must be whole `HEAD_S` after it has begun."""

    def __init__(self, app: AppWrapper, config: Config, context: WorkerContext, line: Line, over: Any) -> None:
        super().__init__(app, config, context, ConnectionState({"line": line}), over)
        self._line = line
        self._is_idle = True
        self._is_over = False
        self._head_by = inf

    async def protocol_send(self, event: Event) -> None:
        if isinstance(event, RawData):
            await self._send(event)
            return
        if isinstance(event, Updated):
            if self._is_over:
                return
            self._is_idle = event.idle
            self._head_by = inf
        await super().protocol_send(event)

    async def _send(self, event: RawData) -> None:
        is_out = False
        async with self.send_lock:
            limit = trio.CancelScope(shield=True, deadline=trio.current_time() + SILENT_S)
            with limit, suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                await self.stream.send_all(event.data)
                is_out = True
        if not is_out:
            self._line.cut()
            await self.protocol.handle(Closed())

    async def _read_data(self) -> None:
        self._head_by = trio.current_time() + HEAD_S
        while data := await self._next():
            if self._is_idle and self._head_by == inf:
                self._head_by = trio.current_time() + HEAD_S
            await self.protocol.handle(RawData(data))
        # Hypercorn would wait for its idle task, and so keep a connection that is gone.
        self._is_over = self._line.is_gone = True
        await self.idle_task.stop()
        await self.protocol.handle(Closed())

    async def _next(self) -> bytes:
        """Empty when there will be no more."""
        try:
            with trio.fail_at(self._head_by):
                return bytes(await self.stream.receive_some(PIECE))
        except (trio.ClosedResourceError, trio.BrokenResourceError, trio.TooSlowError):
            return b""
