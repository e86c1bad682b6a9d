"""A control plane over TLS on loopback: a real authority and real certificates, and answers that a test chooses.

It runs in threads, so that blocking clients and whole processes can be tried against it. What never came through a
handshake is never answered; `inside` counts the connections that did, and `asked` has what they said.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BufferedRWPair
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mosaicfs.identity.authority import Authority, server_names
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.tls import server_context
from mosaicfs.model.times import Clock, now_text

if TYPE_CHECKING:
    from mosaicfs.model.json import Json

INSTANCE = "0194f3c2-7a10-7c3e-9b55-2f6d1e8a4c70"
HOST = "127.0.0.1"


class Asked(NamedTuple):
    """`target` is as on the wire; names of headers are in small letters."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        answer: Json = json.loads(self.body)
        return answer


class Reply(NamedTuple):
    """An object, bytes that are no JSON, or None for nothing at all."""

    body: Json | bytes = None
    status: int = 200
    headers: Mapping[str, str] = {}


Stream: TypeAlias = BufferedRWPair
Answer = Callable[[Asked], Reply]


def refusal(status: int, code: str, message: str = "No.", **headers: str) -> Reply:
    return Reply({"error": {"code": code, "message": message}}, status, headers)


@dataclass
class FakeControlPlane:
    """`answer` is asked for everything but `GET /api/identity`."""

    folder: Path
    answer: Answer = lambda _: refusal(404, "not_found")
    names: tuple[str, ...] = ()
    clock: Clock = time
    certificate_clock: Clock = time
    instance_id: str = INSTANCE
    asked: list[Asked] = field(default_factory=list)
    inside: int = 0
    port: int = 0
    open: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.files = KeyFiles(self.folder)
        self.authority = Authority.open(self.files, self.certificate_clock)
        self.authority.server_pair(self.files, list(self.names) or server_names(()))
        self.context = server_context(self.files)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"

    @property
    def pinned_url(self) -> str:
        return f"{self.url}#{self.authority.fingerprint}"

    def said(self, path: str) -> list[Asked]:
        """What was asked of one path, whatever its query."""
        return [each for each in self.asked if each.target.partition("?")[0] == path]

    def hang_up(self) -> None:
        """On everybody who is connected, as a server does with connections that lie idle."""
        while self.open:
            with suppress(OSError):
                self.open.pop().shutdown(socket.SHUT_RDWR)

    @contextmanager
    def serving(self) -> Iterator[FakeControlPlane]:
        """Until the end; nothing is left running."""
        with socket.create_server((HOST, 0)) as listener:
            self.port = listener.getsockname()[1]
            threads: list[threading.Thread] = []
            accepting = threading.Thread(target=self._accept, args=(listener, threads))
            accepting.start()
            try:
                yield self
            finally:
                with suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)
                accepting.join()
                self.hang_up()
                for thread in threads:
                    thread.join()

    def _accept(self, listener: socket.socket, threads: list[threading.Thread]) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            plain.settimeout(20)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threads.append(threading.Thread(target=self._serve, args=(plain,)))
            threads[-1].start()

    def _serve(self, plain: socket.socket) -> None:
        with (
            plain,
            suppress(OSError),
            self.context.wrap_socket(plain, server_side=True) as secure,
            secure.makefile("rwb") as stream,
        ):
            self.open.append(secure)
            while asked := _read(stream):
                self.inside += 1
                self.asked.append(asked)
                _write(stream, self._reply(asked))

    def _reply(self, asked: Asked) -> Reply:
        if asked.method == "GET" and asked.target == "/api/identity":
            told = {"instance_id": self.instance_id, "name": "test", "time": now_text(self.clock)}
            return Reply({**told, "ca_fingerprint": self.authority.fingerprint})
        return self.answer(asked)


def _read(stream: Stream) -> Asked | None:
    """None where the other side has nothing more to say, or says goodbye in the middle."""
    try:
        first = stream.readline().split()
    except ssl.SSLError:
        return None
    if len(first) < 2:
        return None
    headers = {}
    while line := stream.readline().strip():
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))
    return Asked(first[0].decode(), first[1].decode(), headers, body)


def _write(stream: Stream, reply: Reply) -> None:
    if reply.body is None:
        body = b""
    else:
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    head = [f"HTTP/1.1 {reply.status} Told", f"Content-Length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in reply.headers.items()]
    stream.write("\r\n".join([*head, "", ""]).encode() + body)
    stream.flush()
