"""TLS for a plugin on another machine: one thread moves bytes between the encrypted socket and a plain one.

An SSL socket must not be read and written by two threads at once, and a plugin does just that with its plain one.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PIECE = 65_536
HANDSHAKE_S = 5.0


def tls_wrapper(certificate: Path | str, key: Path | str) -> Callable[[socket.socket], socket.socket]:
    """From a connection to the plain end of it; `OSError` where the other side speaks no TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)

    def wrapped(connected: socket.socket) -> socket.socket:
        connected.settimeout(HANDSHAKE_S)
        outside = context.wrap_socket(connected, server_side=True)
        ours, theirs = socket.socketpair()
        threading.Thread(target=_relay, args=(outside, theirs), daemon=True).start()
        return ours

    return wrapped


def _relay(outside: ssl.SSLSocket, inside: socket.socket) -> None:
    outside.setblocking(False)
    with outside, inside, suppress(OSError):
        while True:
            ready = [outside] if outside.pending() else select.select([outside, inside], [], [])[0]
            if outside in ready:
                with suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    if not (piece := outside.recv(PIECE)):
                        return
                    inside.sendall(piece)
            if inside in ready:
                if not (piece := inside.recv(PIECE)):
                    return
                _send(outside, piece)


def _send(outside: ssl.SSLSocket, piece: bytes) -> None:
    while piece:
        try:
            piece = piece[outside.send(piece) :]
        except ssl.SSLWantWriteError:
            select.select([], [outside], [])
        except ssl.SSLWantReadError:
            select.select([outside], [], [])
