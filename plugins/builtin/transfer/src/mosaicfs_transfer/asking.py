"""One request, as far as it is known before anybody looks at what it wants."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from mosaicfs_transfer.connection import Line
from mosaicfs_transfer.refusals import RefusalError

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
"""What ASGI passes around; nothing past this module and `answering` looks into them."""

BODY_BYTES = 64 * 1024
"""No call here has a body; one that is signed is read all the same, so that the next request begins where it should."""

_ONCE = frozenset({"authorization", "host", "origin", "range", "if-match", "if-none-match", "if-range"})
_request_id = re.compile(r"[A-Za-z0-9._-]{1,64}").fullmatch


@dataclass(frozen=True, slots=True)
class Request:
    """`path` and `query` hold the bytes on the wire as text. `source` is the address that the connection came from."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    source: str
    request_id: str
    line: Line
    receive: Receive

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    async def body(self) -> bytes:
        """`RefusalError` for more than anybody needs here."""
        found = b""
        while True:
            message = await self.receive()
            if message["type"] != "http.request":
                raise RefusalError("invalid_request", "The request broke off.")
            found += bytes(message.get("body", b""))
            if len(found) > BODY_BYTES:
                raise RefusalError("too_large", "No call of this server takes a body.", headers={"connection": "close"})
            if not message.get("more_body", False):
                return found


def request_in(scope: Scope, receive: Receive) -> Request:
    """`RefusalError` for a header that stands there twice: each could be read as the one that counts."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1").lower()
        if name in _ONCE and name in headers:
            raise RefusalError("invalid_request", f"The header {name} stands there twice.")
        headers[name] = raw_value.decode("latin-1")
    given = headers.get("x-request-id", "")
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        source=str((scope.get("client") or ("",))[0]),
        request_id=given if _request_id(given) else secrets.token_hex(8),
        line=scope["state"]["line"],
        receive=receive,
    )
