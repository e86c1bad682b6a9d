"""A port between two programs that counts what passes: the bytes as a network would carry them, TLS and all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

PIECE = 256 * 1024


class Relay:
    """`sent` are the bytes from those who connect here to the port behind, `received` those of its answers."""

    def __init__(self, port: int) -> None:
        self.sent = 0
        self.received = 0
        self._behind = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._threads = [self._started(self._accept)]

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def close(self) -> None:
        for each in [self._listener, *self._open]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in [self._listener, *self._open]:
            each.close()

    def _started(self, work: Callable[..., None], *arguments: socket.socket) -> threading.Thread:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        return thread

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._behind))
                for each in (near, far):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open |= {near, far}
                self._threads += [self._started(self._ask, near, far), self._started(self._answer, far, near)]

    def _ask(self, source: socket.socket, target: socket.socket) -> None:
        for piece in _pieces(source, target):
            self.sent += len(piece)

    def _answer(self, source: socket.socket, target: socket.socket) -> None:
        for piece in _pieces(source, target):
            self.received += len(piece)


def _pieces(source: socket.socket, target: socket.socket) -> Iterator[bytes]:
    """Each is handed on before it is given; the end is handed on too."""
    with suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
            yield piece
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def relay_to(port: int) -> Iterator[Relay]:
    opened = Relay(port)
    try:
        yield opened
    finally:
        opened.close()
