"""Connections of other nodes: accepted up to a number, served over TLS, and ended within a known time at a stop."""

from __future__ import annotations

import logging
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

import structlog
import trio
from hypercorn.config import Config
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.utils import wrap_app

from mosaicfs_transfer.asking import Receive, Scope, Send
from mosaicfs_transfer.connection import Connection, Line

GRACE_S = 5.0
HEAD_BYTES = 32 * 1024
IDLE_S = 60
"""Longer than callers keep a connection that they do not use, so that a request rarely meets one that closes."""
HANDSHAKE_S = 10
MOST_OF_A_SOURCE = 256

Certificates: TypeAlias = Callable[[], ssl.SSLContext]
"""What the next connection is to be shown."""

App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_log = structlog.get_logger(component="transfer")


class Server:
    """`certificates` is None for plain HTTP, which is for loopback alone. At a stop, what runs has `grace_s` left."""

    def __init__(self, app: App, certificates: Certificates | None, grace_s: float = GRACE_S) -> None:
        self._app = wrap_app(app, 0, "asgi")  # type: ignore[arg-type]  # its types are those of one kind of message
        self._certificates = certificates
        self._grace_s = grace_s
        self._config = _config()
        self._context = WorkerContext(None)
        self._lines: set[Line] = set()
        self._by_source: Counter[str] = Counter()
        self._ending = trio.Event()
        self._ended = trio.Event()

    async def run(self, listeners: Sequence[trio.SocketListener]) -> None:
        """Until cancelled; then nobody new is let in, and who is served has a while to take the rest."""
        async with trio.open_nursery() as nursery:
            connections: trio.Nursery = await nursery.start(self._hold_connections)
            try:
                await trio.serve_listeners(self._serve, list(listeners), handler_nursery=connections)
            finally:
                self._ending.set()

    async def _hold_connections(self, task_status: trio.TaskStatus[trio.Nursery]) -> None:
        """Sheltered from the cancellation that begins the end, not from the end itself."""
        with trio.CancelScope(shield=True):
            async with trio.open_nursery() as connections:
                task_status.started(connections)
                await self._ending.wait()
                await self._context.terminated.set()  # idle connections close, others after their answer
                with trio.move_on_after(self._grace_s):
                    if self._lines:
                        await self._ended.wait()
                for line in self._lines:
                    line.cut()
                connections.cancel_scope.cancel()

    async def _serve(self, stream: trio.SocketStream) -> None:
        source = _source_of(stream)
        if self._by_source[source] >= MOST_OF_A_SOURCE:
            await stream.aclose()
            return
        line = Line(stream)
        self._lines.add(line)
        self._by_source[source] += 1
        try:
            async with stream:
                await Connection(self._app, self._config, self._context, line, self._over(stream))
        except Exception as cause:  # noqa: BLE001 - one connection's failure is not the server's
            _log.info("connection failed", source=source, exc_info=cause)
        finally:
            self._leave(line, source)

    def _leave(self, line: Line, source: str) -> None:
        self._by_source -= Counter({source: 1})  # drops what has come to nothing
        self._lines.discard(line)
        if not self._lines and self._ending.is_set():
            self._ended.set()

    def _over(self, stream: trio.SocketStream) -> Any:
        """Hypercorn's annotation knows TLS alone; it serves both."""
        if self._certificates is None:
            return stream
        return trio.SSLStream(stream, self._certificates(), server_side=True, https_compatible=True)


def _source_of(stream: trio.SocketStream) -> str:
    try:
        return str(stream.socket.getpeername()[0])
    except OSError:  # gone before it was looked at
        return ""


def _config() -> Config:
    config = Config()
    config.keep_alive_timeout = IDLE_S
    config.h11_max_incomplete_size = HEAD_BYTES
    config.ssl_handshake_timeout = HANDSHAKE_S
    config.keep_alive_max_requests = 100_000
    config.include_server_header = False
    config.errorlog = logging.getLogger("hypercorn.error")
    return config
