"""Connections: Hypercorn's own on trio, opened and ended by us.

Hypercorn shields each send from cancellation, so a client that stops reading would keep the server's stop waiting for
ever. Here the stop has a last step that nobody can hold up: the sockets are shut down.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import structlog
import trio
from hypercorn.config import Config
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ConnectionState
from hypercorn.utils import wrap_app

from mosaicfs.errors import ConfigError

GRACE_S = 3.0
HEAD_BYTES = 32 * 1024
IDLE_S = 30
"""Longer than clients keep a connection that they do not use, so that a request rarely meets one that closes."""

log = structlog.get_logger(__name__)


async def open_listeners(urls: Sequence[str]) -> list[trio.SocketListener]:
    """All addresses, or `ConfigError` and none."""
    listeners: list[trio.SocketListener] = []
    for url in urls:
        parts = urlsplit(url)
        try:
            listeners += await trio.open_tcp_listeners(parts.port or 0, host=parts.hostname)
        except OSError as cause:
            for listener in listeners:
                await listener.aclose()
            trouble = f"{url} cannot be opened: {cause.strerror}. Stop what uses it, or choose another address."
            raise ConfigError("server.listen", trouble) from cause
    return listeners


def url_of(listener: trio.SocketListener) -> str:
    host, port, *_ = listener.socket.getsockname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _everybody(stream: trio.SocketStream) -> bool:
    return True


class Server:
    """`stop_feeds` is called when the end begins; what is under way then has `grace_s` left.

    A connection that `admits` refuses is closed before a byte of it is read.
    """

    def __init__(
        self,
        app: Any,
        stop_feeds: Callable[[], None],
        grace_s: float = GRACE_S,
        admits: Callable[[trio.SocketStream], bool] = _everybody,
    ) -> None:
        self._app = wrap_app(app, 0, "asgi")
        self._config = _config()
        self._context = WorkerContext(None)
        self._stop_feeds = stop_feeds
        self._grace_s = grace_s
        self._admits = admits
        self._streams: set[trio.SocketStream] = set()
        self._ending = trio.Event()
        self._ended = trio.Event()

    async def run(self, listeners: list[trio.SocketListener], started: Callable[[], None]) -> None:
        """Until cancelled; then the listeners close at once and the connections when they are done."""
        async with trio.open_nursery() as nursery:
            connections: trio.Nursery = await nursery.start(self._hold_connections)
            try:
                started()
                await trio.serve_listeners(self._serve, listeners, handler_nursery=connections)
            finally:
                self._ending.set()

    async def _hold_connections(self, task_status: trio.TaskStatus[trio.Nursery]) -> None:
        """Sheltered from the cancellation that begins the end, not from the end itself."""
        with trio.CancelScope(shield=True):
            async with trio.open_nursery() as connections:
                task_status.started(connections)
                await self._ending.wait()
                await self._end_connections()
                connections.cancel_scope.cancel()

    async def _end_connections(self) -> None:
        await self._context.terminated.set()  # idle connections close, others after their answer
        self._stop_feeds()
        with trio.move_on_after(self._grace_s):
            if self._streams:
                await self._ended.wait()
        for stream in self._streams:
            with suppress(OSError):
                stream.socket.shutdown(socket.SHUT_RDWR)

    async def _serve(self, stream: trio.SocketStream) -> None:
        if not self._admits(stream):
            await stream.aclose()
            return
        self._streams.add(stream)
        try:
            await TCPServer(self._app, self._config, self._context, ConnectionState({}), stream)  # type: ignore[arg-type]  # annotated for TLS alone, serves both
        except Exception as cause:  # one connection's failure is not the server's
            log.warning("connection_failed", exc_info=cause)
        finally:
            self._streams.discard(stream)
            if not self._streams and self._ending.is_set():
                self._ended.set()


def _config() -> Config:
    config = Config()
    config.keep_alive_timeout = IDLE_S
    config.h11_max_incomplete_size = HEAD_BYTES
    config.include_server_header = False
    config.errorlog = logging.getLogger("hypercorn.error")
    return config
