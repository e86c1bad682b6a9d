"""A port of loopback that leads to a server's Unix socket: programs that know only TCP then talk as its owner.

For tests alone: whoever can connect to the port is the owner, which is what the socket is there to prevent.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path

PIECE = 256 * 1024


class Door:
    """Each connection is carried to whoever listens at `path` at that moment; a server may be gone and come back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def close(self) -> None:
        for each in [self._listener, *self._open]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with client, server:
            self._open |= {client, server}
            try:
                server.connect(str(self._path))
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                _pump(client, server)
                back.join()
            except OSError:
                pass  # nobody there: the client sees its connection end
            finally:
                self._open -= {client, server}


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Until the source ends; then the target is told, and what it still has to say comes the other way."""
    try:
        while piece := source.recv(PIECE):
            target.sendall(piece)
    except OSError:
        with suppress(OSError):
            source.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
