"""The socket below a connection, which whoever answers can cut."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

import trio

from mosaicfs.identity.tls_stream import TlsStream

Stream: TypeAlias = trio.SocketStream | TlsStream


@dataclass(slots=True, eq=False)
class Line:
    """Who answers looks now and then whether the other end `is_gone`."""

    stream: Stream
    source: str = ""
    is_gone: bool = False

    def cut(self) -> None:
        """At once, also in the middle of an answer: what is not out yet never goes."""
        self.is_gone = True
        if isinstance(self.stream, TlsStream):
            self.stream.cut()
            return
        with suppress(OSError):
            self.stream.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if isinstance(self.stream, TlsStream):
            self.stream.close()
        else:
            self.stream.socket.close()
