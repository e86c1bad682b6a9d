"""Connections: Hypercorn's own on trio, opened, bounded and ended by us.

Hypercorn shields each send from cancellation, so a client that stops reading would keep the server's stop waiting for
ever. Here the stop has a last step that nobody can hold up: the sockets are shut down.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import structlog
import trio
from hypercorn.config import Config
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ConnectionState
from hypercorn.utils import wrap_app

from mosaicfs import Listener, refuse_taken
from mosaicfs.errors import ConfigError
from mosaicfs_control.auth.limits import LOCAL, source_of
from mosaicfs_control.connection import Connection

GRACE_S = 3.0
HEAD_BYTES = 32 * 1024
IDLE_S = 30
"""Longer than clients keep a connection that they do not use, so that a request rarely meets one that closes."""
HANDSHAKE_S = 10
MOST_OF_A_SOURCE = 256
"""Connections at once; the owner's socket is not counted."""

log = structlog.get_logger(__name__)


Certificates: TypeAlias = Callable[[], ssl.SSLContext]
"""What the next connection is to be shown."""


class Door(NamedTuple):
    """Open to connections; over TLS where the scheme says so."""

    listener: trio.SocketListener
    scheme: str = "http"

    @property
    def url(self) -> str:
        host, port, *_ = self.listener.socket.getsockname()
        return Listener(host, port, self.scheme).url


async def open_doors(listeners: Sequence[Listener]) -> list[Door]:
    """All addresses or none: `AddressInUseError` for one that somebody has taken since it was looked at last."""
    doors: list[Door] = []
    for asked in listeners:
        try:
            opened = await trio.open_tcp_listeners(asked.port, host=asked.host)
        except OSError as cause:
            await _close(doors)
            refuse_taken([asked])
            trouble = f"{asked.url} cannot be opened: {cause.strerror}. Stop what uses it, or choose another address."
            raise ConfigError("server.listen", trouble) from cause
        doors += [Door(listener, asked.scheme) for listener in opened]
    return doors


@asynccontextmanager
async def opened_doors(listeners: Sequence[Listener]) -> AsyncIterator[list[Door]]:
    """Closed at the end, also when nobody came to serve them."""
    doors = await open_doors(listeners)
    try:
        yield doors
    finally:
        await _close(doors)


async def _close(doors: Sequence[Door]) -> None:
    for door in doors:
        with trio.CancelScope(shield=True):
            await door.listener.aclose()


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
        certificates: Certificates | None = None,
    ) -> None:
        self._app = wrap_app(app, 0, "asgi")
        self._config = _config()
        self._context = WorkerContext(None)
        self._stop_feeds = stop_feeds
        self._grace_s = grace_s
        self._admits = admits
        self._certificates = certificates
        self._by_source: Counter[str] = Counter()
        self._streams: set[trio.SocketStream] = set()
        self._ending = trio.Event()
        self._ended = trio.Event()

    async def run(self, doors: Sequence[Door], started: Callable[[], None]) -> None:
        """Until cancelled; then the listeners close at once and the connections when they are done."""
        async with trio.open_nursery() as nursery:
            connections: trio.Nursery = await nursery.start(self._hold_connections)
            try:
                async with trio.open_nursery() as accepting:
                    for door in doors:
                        serve = partial(self._serve, scheme=door.scheme)
                        accepting.start_soon(
                            partial(trio.serve_listeners, serve, [door.listener], handler_nursery=connections)
                        )
                    started()
                    await trio.sleep_forever()
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

    async def _serve(self, stream: trio.SocketStream, scheme: str) -> None:
        source = _source_of(stream)
        if not self._admits(stream) or self._by_source[source] >= MOST_OF_A_SOURCE:
            await stream.aclose()
            return
        self._streams.add(stream)
        self._by_source[source] += source != LOCAL
        state = ConnectionState({})
        try:
            async with stream:
                await Connection(self._app, self._config, self._context, state, self._over(stream, scheme))
        except Exception as cause:  # one connection's failure is not the server's
            log.warning("connection_failed", exc_info=cause)
        finally:
            self._leave(stream, source)

    def _leave(self, stream: trio.SocketStream, source: str) -> None:
        self._by_source -= Counter({source: 1})  # drops what has come to nothing
        self._streams.discard(stream)
        if not self._streams and self._ending.is_set():
            self._ended.set()

    def _over(self, stream: trio.SocketStream, scheme: str) -> Any:
        """Hypercorn's annotation knows TLS alone; it serves both."""
        if scheme != "https":
            return stream
        if self._certificates is None:
            raise RuntimeError("a door with TLS needs certificates")
        return trio.SSLStream(stream, self._certificates(), server_side=True, https_compatible=True)


def _source_of(stream: trio.SocketStream) -> str:
    if stream.socket.family == socket.AF_UNIX:
        return LOCAL
    try:
        return source_of(stream.socket.getpeername()[0])
    except OSError:  # gone before it was looked at
        return ""


def _config() -> Config:
    config = Config()
    config.keep_alive_timeout = IDLE_S
    config.h11_max_incomplete_size = HEAD_BYTES
    config.h2_max_header_list_size = HEAD_BYTES
    config.ssl_handshake_timeout = HANDSHAKE_S
    config.include_server_header = False
    config.errorlog = logging.getLogger("hypercorn.error")
    return config
