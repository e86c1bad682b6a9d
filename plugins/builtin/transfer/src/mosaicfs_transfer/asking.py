"""One request, as far as it is known before anybody looks at what it wants."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mosaicfs_transfer.line import Line
from mosaicfs_transfer.refusals import RefusalError

Body: TypeAlias = Callable[[int], Awaitable[bytes]]
"""All of it, or `RefusalError` when it is more than so many bytes, or breaks off."""

BODY_BYTES = 64 * 1024
"""Questions have a body; any other that is signed is read all the same, so that the next request begins where it
should."""

_ONCE = frozenset({"authorization", "host", "origin", "range", "if-match", "if-none-match", "if-range"})
_request_id = re.compile(r"[A-Za-z0-9._-]{1,64}").fullmatch


@dataclass(frozen=True, slots=True)
class Request:
    """`target` holds the bytes on the wire as text. `source` is the address that the connection came from."""

    method: str
    target: str
    headers: Mapping[str, str]
    source: str
    request_id: str
    line: Line
    body_up_to: Body
    _body: list[bytes] = field(default_factory=list, repr=False)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    async def body(self) -> bytes:
        """Taken from the line once. `RefusalError` for more than anybody needs here."""
        if not self._body:
            self._body.append(await self.body_up_to(BODY_BYTES))
        return self._body[0]


def headers_in(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """By lower-case names. `RefusalError` for one that stands there twice: each could be the one that counts."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name = raw_name.decode("latin-1").lower()
        if name in _ONCE and name in headers:
            raise RefusalError("invalid_request", f"The header {name} stands there twice.")
        headers[name] = raw_value.decode("latin-1")
    return headers


def request_id_in(headers: Mapping[str, str]) -> str:
    given = headers.get("x-request-id", "")
    return given if _request_id(given) else secrets.token_hex(8)
