"""One database of a CouchDB server over HTTP: requests, and what its refusals mean to whoever uses a store.

No status and no exception of the HTTP library leaves this file. The password is never in a message.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import Final, NamedTuple, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from mosaicfs.errors import AccessRefusedError, StoreUnreachableError

CONNECT_S: Final = 10.0
ANSWER_S: Final = 60.0
"""A server that has vanished without a word must not hold up for longer whoever waits behind a write."""
BUILD_S: Final = 600.0
"""An index that has to be built first may take minutes."""
_MAY_BUILD: Final = ("/_find", "/_design/", "/_index", "/_purge", "/_compact")
HEARTBEAT_MS: Final = 10_000
_SILENCE_S: Final = 3 * HEARTBEAT_MS / 1000
_REFUSED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)

NOT_FOUND: Final = int(HTTPStatus.NOT_FOUND)
BAD_REQUEST: Final = int(HTTPStatus.BAD_REQUEST)
EXISTS: Final = int(HTTPStatus.PRECONDITION_FAILED)

T = TypeVar("T")
Query = Mapping[str, "str | int | bool"]


class Reply(NamedTuple):
    status: int
    body: bytes

    @property
    def good(self) -> bool:
        return self.status < HTTPStatus.BAD_REQUEST


class Server:
    def __init__(self, client: httpx.AsyncClient, url: str, database: str, answer_s: float = ANSWER_S) -> None:
        self._client = client
        self.where = f"{url}/{database}"
        self._feed_timeout = httpx.Timeout(_SILENCE_S, connect=CONNECT_S)
        self._timeout = httpx.Timeout(answer_s, connect=CONNECT_S, pool=None)
        self._build_timeout = httpx.Timeout(BUILD_S, connect=CONNECT_S, pool=None)

    async def ask(
        self,
        method: str,
        path: str = "",
        body: object = None,
        *,
        query: Query | None = None,
        also: tuple[int, ...] = (),
    ) -> Reply:
        """`path` is below the database. Statuses of refusals raise, but for those in `also`."""
        content = None if body is None else msgspec.json.encode(body)
        headers = {"Content-Type": "application/json"} if content is not None else None
        timeout = self._build_timeout if path.startswith(_MAY_BUILD) else self._timeout
        with self._speaking_http():
            answer = await self._client.request(
                method, self.where + path, content=content, params=_query(query), headers=headers, timeout=timeout
            )
        reply = Reply(answer.status_code, answer.content)
        if not reply.good and reply.status not in also:
            raise self._refusal(method, path, reply)
        return reply

    async def read(self, kind: type[T], method: str, path: str = "", body: object = None, **query: str | int) -> T:
        reply = await self.ask(method, path, body, query=query)
        return self.decoded(kind, reply.body)

    def decoded(self, kind: type[T], body: bytes) -> T:
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.DecodeError as trouble:
            raise StoreUnreachableError(self.where, f"it sent what no CouchDB sends ({trouble})") from trouble

    @asynccontextmanager
    async def feed(self, **query: str | int) -> AsyncIterator[AsyncIterator[str]]:
        """Lines of the continuous feed. Empty ones are heartbeats."""
        params: dict[str, str | int] = {"feed": "continuous", "heartbeat": HEARTBEAT_MS, **query}
        address = self.where + "/_changes"
        with self._speaking_http():
            # Compressed, lines would lie in the server's buffer until it is full.
            plain = {"Accept-Encoding": "identity"}
            async with self._client.stream(
                "GET", address, params=params, headers=plain, timeout=self._feed_timeout
            ) as answer:
                if answer.status_code != HTTPStatus.OK:
                    raise self._refusal("GET", "/_changes", Reply(answer.status_code, await answer.aread()))
                yield answer.aiter_lines()

    @contextmanager
    def _speaking_http(self) -> Iterator[None]:
        try:
            yield
        except (httpx.HTTPError, httpx.StreamError) as trouble:
            cause = str(trouble) or type(trouble).__name__
            raise StoreUnreachableError(self.where, cause) from trouble

    def _refusal(self, method: str, path: str, reply: Reply) -> Exception:
        said = _said(reply.body)
        if reply.status in _REFUSED:
            return AccessRefusedError(
                f"the CouchDB at {self.where}", f"{said.rstrip('.')}; look at store.user and its secret"
            )
        return StoreUnreachableError(self.where, f"it answered {method} {path or '/'} with {reply.status} ({said})")


@asynccontextmanager
async def connected(
    url: str, database: str, user: str = "", secret: str = "", *, answer_s: float = ANSWER_S
) -> AsyncIterator[Server]:
    login = httpx.BasicAuth(user, secret) if user else None
    headers = {"Accept": "application/json"}
    # Certificates may come from the environment. A proxy has no business between us and the database of the machine.
    secure = url.startswith("https:")
    async with httpx.AsyncClient(auth=login, headers=headers, trust_env=secure) as client:
        yield Server(client, url.rstrip("/"), database, answer_s)


def doc_path(doc_id: str) -> str:
    return "/" + quote(doc_id, safe="")


def local_path(local_id: str) -> str:
    return "/_local/" + quote(local_id, safe="")


class _Refusal(msgspec.Struct):
    error: str = ""
    reason: str | None = ""


def _said(body: bytes) -> str:
    try:
        refusal = msgspec.json.decode(body, type=_Refusal)
    except msgspec.DecodeError:
        return "no reason given"
    return refusal.reason or refusal.error


def _query(query: Query | None) -> dict[str, str] | None:
    """Booleans as JSON has them."""
    if query is None:
        return None
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in query.items()}
