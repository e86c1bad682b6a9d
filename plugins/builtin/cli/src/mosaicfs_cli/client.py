"""The client of the API: HTTP/1.1 over a line to the control plane, which is its Unix socket or TLS (`server_line`).

It asks and hands on what comes back; what an error becomes is in `failures`, what an answer looks like in `reading`.
Imports are few, because `mosaicfs search` pays for each of them.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from ssl import SSLError
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias
from urllib.parse import quote, urlencode

from mosaicfs.errors import MosaicError, PeerGarbledError, RefusedError, ServerUnreachableError, TimedOutError
from mosaicfs_cli.errors import LostError, NothingRunningError
from mosaicfs_cli.reading import items, optional_text, part, text

if TYPE_CHECKING:
    from mosaicfs.model.json import Json, JsonObject

Query = Iterable[tuple[str, str]]
Connection: TypeAlias = HTTPConnection
Trouble: TypeAlias = OSError | HTTPException
"""What goes wrong on the way."""

TIMEOUT_S = 30.0
NEAR_S = 5.0
"""For a connection to come about where there is somebody else to ask."""
PAGE = 500
"""The most that the API gives at once."""

WHO = "The control plane"
_NONE: Mapping[str, str] = MappingProxyType({})
SAFE = frozenset({"GET", "HEAD"})


class Line(Protocol):
    """A way to the control plane, and what lets this person in there."""

    def connection(self, timeout_s: float) -> Connection: ...

    def headers(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        """Made anew for every attempt."""

    def told(self, cause: Trouble, timeout_s: float) -> Exception: ...


class Request(NamedTuple):
    """`is_streamed`: where the answer is no error, its body is left to be read as it comes."""

    method: str
    target: str
    body: bytes
    headers: Mapping[str, str]
    timeout_s: float
    is_streamed: bool = False


class Answer(NamedTuple):
    """As it came. `wait_s` is what a busy server asks for, `tag` names the revision of what it shows.

    `age_s` is how old the replica is that it came from; None for a control plane, and for one that nobody knows.
    `coming` is there where the body was left to be read.
    """

    status: int
    body: bytes
    wait_s: float | None
    tag: str = ""
    age_s: int | None = None
    coming: HTTPResponse | None = None

    @property
    def is_error(self) -> bool:
        """Nobody follows a redirect here: a signature is good for one target."""
        return self.status >= _ERRORS

    def refusal(self) -> Exception:
        """Of an error, what it says."""
        try:
            _read(self.body, is_error=True)
        except MosaicError as error:
            return error
        return PeerGarbledError(WHO, "it is not JSON")


class LocalLine:
    """The socket of a control plane of this user, which needs no login."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def connection(self, timeout_s: float) -> Connection:
        return _UnixConnection(self.path, timeout_s)

    def headers(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        return {}

    def told(self, cause: Trouble, timeout_s: float) -> Exception:
        match cause:
            case TimeoutError():
                return TimedOutError(WHO, timeout_s)
            case ConnectionResetError() | BrokenPipeError():
                return LostError(WHO)
            case ConnectionError() | FileNotFoundError():
                return NothingRunningError()
            case HTTPException():
                return PeerGarbledError(WHO, type(cause).__name__)
        return cause

    def is_answered(self) -> bool:
        """Whether somebody listens there; a server that was killed leaves its socket behind."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with connection:
            try:
                connection.connect(str(self.path))
            except OSError:
                return False
        return True


class ReplicaLine(LocalLine):
    """The socket of a joined agent, which answers from its replica. `reason` is why it is asked, for a person.

    `away` is what became of the control plane, where that was asked first.
    """

    def __init__(self, path: Path, reason: str = "", away: Exception | None = None) -> None:
        super().__init__(path)
        self.reason = reason
        self.away = away


class Api:
    """One connection for all calls of a command, opened by the first and closed by `close` or the end of the process.

    `timeout_s` is for an answer to begin, and for how long a busy server is waited for. `trace` is told of each call.
    `otherwise` is asked from then on when a question finds the server out of reach.
    """

    def __init__(
        self,
        where: Path | Line,
        timeout_s: float = TIMEOUT_S,
        trace: Callable[[str], None] | None = None,
        otherwise: ReplicaLine | None = None,
    ) -> None:
        self._line = LocalLine(where) if isinstance(where, Path) else where
        self._otherwise = otherwise
        self.on_replica: Callable[[ReplicaLine, int | None], None] | None = None
        """Called once, when the first answer comes from a replica, with its age."""
        self._timeout_s = timeout_s
        self._trace = trace
        self._connection: HTTPConnection | None = None

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    @property
    def asks_replica(self) -> bool:
        return isinstance(self._line, ReplicaLine)

    @property
    def found_nobody(self) -> bool:
        """Whether the replica is asked because the control plane is out of reach."""
        return isinstance(self._line, ReplicaLine) and self._line.away is not None

    def get(self, path: str, query: Query = (), *, more_s: float = 0.0) -> JsonObject:
        """The object that the call answers, which may take `more_s` longer than usual to begin.

        `RefusedError` with the code of the API when it is an error.
        """
        return self.ask("GET", targeted(path, query), more_s=more_s)

    def get_tagged(self, path: str) -> tuple[JsonObject, str]:
        """An object and its revision, on which a change may insist."""
        answer = self.raw("GET", path)
        return _read(answer.body, is_error=answer.is_error), answer.tag

    def post(self, path: str, body: Mapping[str, Json] | None = None, query: Query = ()) -> JsonObject:
        return self.ask("POST", targeted(path, query), body)

    def patch(self, path: str, body: Mapping[str, Json], *, tag: str = "") -> JsonObject:
        """With a tag, only where it is still the revision; `precondition_failed` otherwise."""
        return self.ask("PATCH", path, body, headers={"If-Match": tag} if tag else _NONE)

    def delete(self, path: str, query: Query = ()) -> JsonObject:
        return self.ask("DELETE", targeted(path, query))

    def pages(self, path: str, query: Query) -> Iterator[JsonObject]:
        """One page after the other, as far as somebody takes them."""
        asked = list(query)
        page = self.get(path, asked)
        yield page
        while cursor := optional_text(page, "next_cursor"):
            page = self.get(path, [*asked, ("cursor", cursor)])
            yield page

    def objects(self, path: str, query: Query) -> Iterator[JsonObject]:
        for page in self.pages(path, query):
            yield from items(page)

    def ask(
        self,
        method: str,
        target: str,
        body: Mapping[str, Json] | None = None,
        *,
        headers: Mapping[str, str] = _NONE,
        more_s: float = 0.0,
    ) -> JsonObject:
        sent = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        answer = self.raw(method, target, sent, headers, more_s=more_s)
        return _read(answer.body, is_error=answer.is_error)

    def raw(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] = _NONE, *, more_s: float = 0.0
    ) -> Answer:
        """The answer as it comes. A server that says when to ask again is asked again then, as long as there is time.

        What may have been done is not sent twice, unless the server said that it was not done.
        """
        return self._patiently(Request(method, target, body, headers, self._timeout_s + more_s))

    def coming(
        self, target: str, headers: Mapping[str, str] = _NONE, *, body: Mapping[str, Json] | None = None
    ) -> HTTPResponse:
        """An answer that has begun; `RefusedError` where it is an error. Whoever leaves it half read calls `close`.

        With a `body` it is a `POST`.
        """
        method, sent = ("GET", b"") if body is None else ("POST", json.dumps(body, ensure_ascii=False).encode())
        answer = self._patiently(Request(method, target, sent, headers, self._timeout_s, is_streamed=True))
        if answer.coming is None:
            raise answer.refusal()
        return answer.coming

    def lines(self, target: str, body: Mapping[str, Json]) -> Iterator[JsonObject]:
        """Objects as they come, one a line."""
        answer = self.coming(target, {"Accept": "application/x-ndjson"}, body=body)
        try:
            for line in answer:
                yield _read(line, is_error=False)
        except (OSError, HTTPException) as cause:
            raise self.lost(cause) from None

    def lost(self, cause: Trouble) -> Exception:
        """What it means that an answer broke off. The connection is of no use any more."""
        self.close()
        return self._line.told(cause, self._timeout_s)

    def _patiently(self, request: Request) -> Answer:
        until = time.monotonic() + self._timeout_s
        while True:
            answer = self._attempt(request)
            if answer.status != _TOO_MANY or answer.wait_s is None or time.monotonic() + answer.wait_s > until:
                return answer
            time.sleep(answer.wait_s)

    def _attempt(self, request: Request) -> Answer:
        try:
            answer = self._tried(request)
        except (ServerUnreachableError, TimedOutError) as away:
            if request.method not in SAFE or self._otherwise is None:
                raise
            self._turn_away(away)
            answer = self._tried(request)
        if isinstance(self._line, ReplicaLine) and self._line.away and _needs_control_plane(answer):
            raise self._line.away
        return answer

    def _turn_away(self, away: Exception) -> None:
        """To the replica; where nobody answers there, the server gets all the time that it may have."""
        self.close()
        otherwise, self._otherwise = self._otherwise, None
        if otherwise is not None and otherwise.is_answered():
            self._line, otherwise.away = otherwise, away

    def _tried(self, request: Request) -> Answer:
        is_reused = self._connection is not None
        try:
            return self._send(request)
        except (OSError, HTTPException) as cause:
            self.close()
            # A connection that lay idle may have been closed by the other side while nobody looked.
            if not (is_reused and request.method in SAFE and isinstance(cause, ConnectionError | SSLError)):
                raise self._line.told(cause, request.timeout_s) from None
        try:
            return self._send(request)
        except (OSError, HTTPException) as cause:
            self.close()
            raise self._line.told(cause, request.timeout_s) from None

    def _send(self, request: Request) -> Answer:
        method, target, body, headers, timeout_s, is_streamed = request
        if self._connection is None:
            is_near = self._otherwise is not None and method in SAFE
            self._connection = self._line.connection(min(timeout_s, NEAR_S) if is_near else timeout_s)
            self._connection.connect()
        if self._connection.sock is not None:
            self._connection.sock.settimeout(timeout_s)
        began = time.monotonic()
        sent = {"Accept": "application/json", **({"Content-Type": "application/json"} if body else {}), **headers}
        self._connection.request(
            method, target, body=body or None, headers={**sent, **self._line.headers(method, target, body)}
        )
        response = self._connection.getresponse()
        tag, age_s = response.getheader("ETag", ""), _age_s(response)
        is_left = is_streamed and response.status < _ERRORS
        content = b"" if is_left else response.read()
        answer = Answer(response.status, content, _wait_s(response), tag, age_s, response if is_left else None)
        self._tell_of_replica(answer)
        if self._trace is not None:
            self._trace(f"{method} {target.partition('?')[0]} {answer.status} {time.monotonic() - began:.3f} s")
        return answer

    def _tell_of_replica(self, answer: Answer) -> None:
        if isinstance(self._line, ReplicaLine) and self.on_replica is not None and not answer.is_error:
            tell, self.on_replica = self.on_replica, None
            tell(self._line, answer.age_s)


_ERRORS, _TOO_MANY = 300, 429


def targeted(path: str, query: Query = ()) -> str:
    asked = urlencode(list(query))
    return f"{path}?{asked}" if asked else path


def segment(text: str) -> str:
    """A value as one part of a path."""
    return quote(text, safe="")


def _wait_s(response: HTTPResponse) -> float | None:
    said = response.getheader("Retry-After", "")
    return max(0.1, float(said)) if said.isdigit() else None


def _needs_control_plane(answer: Answer) -> bool:
    return answer.is_error and getattr(answer.refusal(), "code", "") == "control_plane_required"


def _age_s(response: HTTPResponse) -> int | None:
    said = response.getheader("MosaicFS-Replica-Age", "")
    return int(said) if said.isdigit() else None


def _read(body: bytes, *, is_error: bool) -> JsonObject:
    """Nothing, as after a deletion, is an empty object."""
    try:
        answer = json.loads(body) if body or is_error else {}
    except ValueError:
        raise PeerGarbledError(WHO, "it is not JSON") from None
    if not isinstance(answer, dict):
        raise PeerGarbledError(WHO, "it is not an object")
    if is_error:
        raise refused(answer)
    return answer


def refused(answer: JsonObject) -> RefusedError:
    error = part(answer, "error")
    code = text(error, "code") or "internal"
    return RefusedError(code, text(error, "message") or f"{WHO} refused: {code}.", part(error, "detail") or None)


class _UnixConnection(HTTPConnection):
    """The name is for the header `Host`; nothing is looked up."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path
        self._timeout_s = timeout_s

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self._timeout_s)
        self.sock.connect(str(self._path))
