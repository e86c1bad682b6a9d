"""Connections of other nodes: accepted up to a number, served over TLS, and ended within a known time at a stop."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog
import trio

from mosaicfs.identity.tls_stream import TlsStream
from mosaicfs_transfer.asking import Request
from mosaicfs_transfer.connection import Connection
from mosaicfs_transfer.line import Line
from mosaicfs_transfer.refusals import RefusalError

GRACE_S = 5.0
HANDSHAKE_S = 10.0
MOST_OF_A_SOURCE = 256

Certificates: TypeAlias = Callable[[], ssl.SSLContext]
"""What the next connection is to be shown."""

Answers: TypeAlias = Callable[[Request | RefusalError, Connection], Awaitable[None]]

_log = structlog.get_logger(component="transfer")


class Server:
    """`certificates` is None for plain HTTP, which is for loopback alone. At a stop, what runs has `grace_s` left."""

    def __init__(self, answers: Answers, certificates: Certificates | None, grace_s: float = GRACE_S) -> None:
        self._answers = answers
        self._certificates = certificates
        self._grace_s = grace_s
        self._lines: dict[Line, Connection | None] = {}
        """None while it shakes hands."""
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
                self._end_idle()
                with trio.move_on_after(self._grace_s):
                    if self._lines:
                        await self._ended.wait()
                for line in self._lines:
                    line.cut()
                connections.cancel_scope.cancel()

    def _end_idle(self) -> None:
        """Others end after their answer."""
        for line, connection in self._lines.items():
            if connection is None or connection.is_idle:
                line.cut()
            else:
                connection.is_last = True

    async def _serve(self, stream: trio.SocketStream) -> None:
        source = _source_of(stream)
        if self._by_source[source] >= MOST_OF_A_SOURCE:
            await stream.aclose()
            return
        line = Line(stream, source)
        self._lines[line] = None
        self._by_source[source] += 1
        try:
            await self._connect(line)
        except Exception as cause:  # noqa: BLE001 - one connection's failure is not the server's
            _log.info("connection failed", source=source, exc_info=cause)
        finally:
            line.close()
            self._leave(line)

    async def _connect(self, line: Line) -> None:
        if self._certificates is None or await _shakes_hands(line, self._certificates()):
            connection = self._lines[line] = Connection(line, line.stream, self._answers)
            await connection.run()

    def _leave(self, line: Line) -> None:
        self._by_source -= Counter({line.source: 1})  # drops what has come to nothing
        del self._lines[line]
        if not self._lines and self._ending.is_set():
            self._ended.set()


async def _shakes_hands(line: Line, context: ssl.SSLContext) -> bool:
    """From then on all that is said on it is sealed."""
    assert isinstance(line.stream, trio.SocketStream)
    over = line.stream = TlsStream(line.stream, context)
    try:
        with trio.fail_after(HANDSHAKE_S):
            await over.do_handshake()
    except (trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError):
        return False
    return True


def _source_of(stream: trio.SocketStream) -> str:
    try:
        return str(stream.socket.getpeername()[0])
    except OSError:  # gone before it was looked at
        return ""
