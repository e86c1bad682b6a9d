"""A line to an S3 server that can be bad: it throttles, cuts, hangs and lies where a test tells it to."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import NamedTuple

LONGEST_HANG_S = 60


class Said(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Cut:
    """So many bytes of the body, then the end of the connection; not `asked`: the service never hears of it."""

    after: int
    asked: bool = True


@dataclass(frozen=True)
class Hang:
    """No answer for as long as the front is open."""


@dataclass(frozen=True)
class Refuse:
    """The answer of a service that refuses."""

    code: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    more: str = ""

    def said(self) -> Said:
        text = f"<?xml version='1.0'?><Error><Code>{self.code}</Code><Message>-</Message>{self.more}</Error>"
        return Said(self.status, {"Content-Type": "application/xml", **self.headers}, text.encode())


@dataclass(frozen=True)
class Instead:
    """This, and the service is not asked."""

    answer: Said

    def said(self) -> Said:
        return self.answer


@dataclass(frozen=True)
class Change:
    """The true answer, made into another."""

    change: Callable[[Said], Said]


Fault = Cut | Hang | Refuse | Instead | Change | None


class Front:
    """`faults` are used up in order, one a request of that kind (`list` or `get`); `always` holds for all others.
    `sent` counts the bytes that went back, by kind.
    """

    def __init__(self, behind: tuple[str, int]) -> None:
        self.behind = behind
        self.closing = Event()
        self.mend()
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def mend(self) -> None:
        """As it was made; what hangs is let go."""
        self.closing.set()
        self.closing = Event()
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.always: dict[str, Fault] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.sent: Counter[str] = Counter()
        self.keys_a_page = 1000

    def fault_of(self, kind: str) -> Fault:
        waiting = self.faults[kind]
        return waiting.popleft() if waiting else self.always.get(kind)

    def times(self, kind: str) -> int:
        return sum(_kind(method, path) == kind for method, path, _ in self.asked)

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, front: Front) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.front = front

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves is what is tried here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_any(self) -> None:
        front = self.server.front
        kind = _kind(self.command, self.path)
        front.asked.append((self.command, self.path, dict(self.headers)))
        fault = front.fault_of(kind)
        if isinstance(fault, Hang):
            front.closing.wait(LONGEST_HANG_S)
            self.close_connection = True
            return
        if isinstance(fault, Cut) and not fault.asked:
            self.close_connection = True
            return
        said = fault.said() if isinstance(fault, Refuse | Instead) else self._forwarded(kind)
        if isinstance(fault, Change):
            said = fault.change(said)
        front.sent[kind] += len(said.body)
        self._say(said, fault.after if isinstance(fault, Cut) else None)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any  # noqa: N815 - so http.server names them

    def _forwarded(self, kind: str) -> Said:
        path = self.path + (f"&max-keys={self.server.front.keys_a_page}" if kind == "list" else "")
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        connection = HTTPConnection(*self.server.front.behind, timeout=20)
        try:
            connection.request(self.command, path, sent, dict(self.headers))
            answer = connection.getresponse()
            body = answer.read()
            return Said(answer.status, dict(answer.getheaders()), body)
        finally:
            connection.close()

    def _say(self, said: Said, cut: int | None) -> None:
        self.send_response_only(said.status)
        headers = {name: value for name, value in said.headers.items() if name.lower() not in _OUR_OWN}
        told = {name.lower(): value for name, value in said.headers.items()}
        size = told.get("content-length", "0") if self.command == "HEAD" else str(len(said.body))
        for name, value in {**headers, "Content-Length": size}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):
            self.wfile.write(b"" if self.command == "HEAD" else said.body[:cut])
        if cut is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


_OUR_OWN = {"content-length", "transfer-encoding", "connection", "server"}


def _kind(method: str, path: str) -> str:
    if method != "GET":
        return method.lower()
    return "list" if "list-type=2" in path else "get"
