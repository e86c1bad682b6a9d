"""The way from a machine of a journey to a CouchDB outside of its network, under the name that MosaicFS expects.

A program of its own, so that it can be killed like the server that it stands for:
`python relay.py PORT URL DATABASE NAMESPACE`. It listens at 127.0.0.1 where it is started, says `ready`, and reaches
the server from the other network namespace, if one is given. What asks for `mosaicfs` is led to DATABASE, so that
journeys share a server and not a database.
"""

from __future__ import annotations

import ctypes
import socket
import ssl
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

NAME = b"/mosaicfs"
_AT_ONCE = 1 << 16


class Relay:
    def __init__(self, url: str, database: str) -> None:
        self._url = urlsplit(url)
        self._database = b"/" + database.encode()

    def carry(self, caller: socket.socket) -> None:
        """One connection, until either side has ended it."""
        with caller, suppress(OSError), self._reached() as server:
            threading.Thread(target=_copy_answers, args=(server, caller), daemon=True).start()
            with caller.makefile("rb") as asked:
                while request := self._next(asked):
                    server.sendall(request)
            server.shutdown(socket.SHUT_RDWR)

    def _reached(self) -> socket.socket:
        assert self._url.hostname is not None
        secure = self._url.scheme == "https"
        plain = socket.create_connection((self._url.hostname, self._url.port or (443 if secure else 80)))
        if not secure:
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self._url.hostname)

    def _next(self, asked: BinaryIO) -> bytes:
        """A request whole, and empty when there is none any more."""
        head = [asked.readline()]
        while head[-1].strip():
            head.append(asked.readline())
        length = next((int(line.split(b":")[1]) for line in head if line.lower().startswith(b"content-length:")), 0)
        method, _, rest = head[0].partition(b" ")
        if rest.startswith(NAME):
            rest = self._database + rest.removeprefix(NAME)
        head[0] = method + b" " + rest if rest else method
        return b"".join(head) + asked.read(length)


def _copy_answers(server: socket.socket, caller: socket.socket) -> None:
    with suppress(OSError):
        while answered := server.recv(_AT_ONCE):
            caller.sendall(answered)
    with suppress(OSError):
        caller.shutdown(socket.SHUT_RDWR)


def _enter(namespace: str) -> None:
    """What is opened from now on is opened there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path(namespace).open("rb") as there:
        if libc.setns(there.fileno(), 0):
            raise OSError(ctypes.get_errno(), "the other network cannot be entered", namespace)


def serve(port: int, url: str, database: str, namespace: str) -> None:
    listener = socket.create_server(("127.0.0.1", port))
    if namespace:
        _enter(namespace)
    relay = Relay(url, database)
    print("ready", flush=True)
    while True:
        caller, _ = listener.accept()
        threading.Thread(target=relay.carry, args=(caller,), daemon=True).start()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4])
