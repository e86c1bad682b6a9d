"""The client of the API: HTTP/1.1 over the Unix socket of the control plane, which lets this user in without a login.

It asks and hands on what comes back; what an error becomes is in `failures`, what an answer looks like in `reading`.
Imports are few, because `mosaicfs search` pays for each of them.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from mosaicfs.errors import PeerGarbledError, TimedOutError
from mosaicfs_cli.errors import LostError, NothingRunningError, RefusedError
from mosaicfs_cli.reading import items, optional_text, part, text

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

Query = Iterable[tuple[str, str]]

TIMEOUT_S = 30.0
PAGE = 500
"""The most that the API gives at once."""

_WHO = "The control plane"


class Api:
    """One connection for all calls of a command, opened by the first and closed by `close` or the end of the process.

    `timeout_s` is for an answer to begin.
    """

    def __init__(self, path: Path, timeout_s: float = TIMEOUT_S) -> None:
        self._connection = _UnixConnection(path, timeout_s)
        self._timeout_s = timeout_s

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str, query: Query = ()) -> JsonObject:
        """The object that the call answers. `RefusedError` with the code of the API when it is an error."""
        asked = urlencode(list(query))
        return self._ask("GET", f"{path}?{asked}" if asked else path)

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

    def _ask(self, method: str, target: str) -> JsonObject:
        try:
            self._connection.request(method, target, headers={"Accept": "application/json"})
            response = self._connection.getresponse()
            is_error, body = response.status >= 400, response.read()
        except (OSError, HTTPException) as cause:
            self.close()
            raise self._told(cause) from None
        return _read(body, is_error=is_error)

    def _told(self, cause: OSError | HTTPException) -> Exception:
        match cause:
            case TimeoutError():
                return TimedOutError(_WHO, self._timeout_s)
            case ConnectionResetError() | BrokenPipeError():
                return LostError(_WHO)
            case ConnectionError() | FileNotFoundError():
                return NothingRunningError()
            case HTTPException():
                return PeerGarbledError(_WHO, type(cause).__name__)
        return cause


def segment(text: str) -> str:
    """A value as one part of a path."""
    return quote(text, safe="")


def _read(body: bytes, *, is_error: bool) -> JsonObject:
    try:
        answer = json.loads(body)
    except ValueError:
        raise PeerGarbledError(_WHO, "it is not JSON") from None
    if not isinstance(answer, dict):
        raise PeerGarbledError(_WHO, "it is not an object")
    if is_error or "error" in answer:
        raise refused(answer)
    return answer


def refused(answer: JsonObject) -> RefusedError:
    error = part(answer, "error")
    code = text(error, "code") or "internal"
    return RefusedError(code, text(error, "message") or f"{_WHO} refused: {code}.", part(error, "detail") or None)


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
