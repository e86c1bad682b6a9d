"""The one application behind every listener: who may come in at all, who it is, and which surface answers.

Who may come in is said by the `entrance` of a listener; here its refusals get the shape of the surface that was asked,
and every answer gets what keeps browsers safe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mosaicfs_control.answers import Answer, Outgoing, Ready, json_answer
from mosaicfs_control.auth.gate import is_replication_protocol
from mosaicfs_control.cross_origin import allowed, asks_first
from mosaicfs_control.entrance import Entrance
from mosaicfs_control.errors import RefusedError, unauthorized
from mosaicfs_control.incoming import Incoming
from mosaicfs_control.page.surface import is_of_page
from mosaicfs_control.rest.refusals import ApiError, refusal_of
from mosaicfs_control.rest.surface import headers_of, marked, request_id_of
from mosaicfs_control.surface import shown

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
UNAUTHORIZED = 401

_ONCE = frozenset({b"authorization", b"mosaicfs-proof", b"host", b"origin", b"content-type"})
_AS_PEER = {
    "invalid_request": "bad_request",
    "unauthorized": "unauthorized",
    "token_expired": "unauthorized",
    "clock_skew": "unauthorized",
    "replayed": "unauthorized",
    "forbidden": "forbidden",
    "origin_refused": "forbidden",
    "unsupported_media_type": "bad_content_type",
    "misdirected": "misdirected",
    "rate_limited": "too_many_requests",
    "not_ready": "service_unavailable",
    "shutting_down": "service_unavailable",
}
"""How the replication protocol says what the API says."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Surfaces:
    """What answers: the replication protocol, the API, the metrics, and the web page."""

    replication: ASGIApp
    rest: ASGIApp
    metrics: ASGIApp | None = None
    page: ASGIApp | None = None


class Front:
    """`headers` go with every answer, beside those that are for the safety of browsers."""

    def __init__(self, surfaces: Surfaces, entrance: Entrance, headers: Mapping[str, str] | None = None) -> None:
        self._surfaces = surfaces
        self._entrance = entrance
        self._always = [
            (name.encode(), value.encode()) for name, value in {**SECURITY_HEADERS, **(headers or {})}.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        headers = headers_of(scope)
        request_id = request_id_of(headers)
        opened = self._entrance.opened_to(scope, headers)
        send = _with(opened, send)
        try:
            _require_once(scope)
            if opened and asks_first(scope["method"], headers):
                self._entrance.admit_preflight(scope, headers, request_id)
                await self._deliver(allowed(), scope, receive, send)
                return
            if self._shows_page(scope):
                self._entrance.admit_anybody(scope, headers, request_id)
            else:
                await self._entrance.admit(scope, headers, request_id)
        except Exception as cause:  # noqa: BLE001 - the edge: every failure becomes a status
            await self._deliver(_refusal(cause, scope, request_id), scope, receive, send)
            return
        await self._surface(scope)(scope, receive, self._guarded(scope, send, self._entrance.turned_away))

    async def _deliver(self, answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
        outgoing = Outgoing(self._guarded(scope, send), Incoming(receive, headers_of(scope)), gzip=False)
        await outgoing.deliver(answer)

    def _surface(self, scope: Scope) -> ASGIApp:
        path = _path(scope)
        if self._surfaces.page is not None and self._shows_page(scope):
            return self._surfaces.page
        if is_replication_protocol(path):
            return self._surfaces.replication
        if path == "/metrics" and self._surfaces.metrics is not None:
            return self._surfaces.metrics
        return _no_cookies if path == "/_session" else self._surfaces.rest

    def _shows_page(self, scope: Scope) -> bool:
        return self._surfaces.page is not None and is_of_page(scope["method"], _path(scope))

    def _guarded(self, scope: Scope, send: Send, turned_away: Callable[[Scope], None] = lambda scope: None) -> Send:
        """With the headers of every answer, where it has none of its own of that name."""

        async def send_it(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name for name, _ in message["headers"]}
                added = [pair for pair in self._always if pair[0] not in known]
                message = {**message, "headers": _of_version(scope, [*message["headers"], *added])}
                if message["status"] == UNAUTHORIZED:
                    turned_away(scope)
            await send(message)

        return send_it


def _with(added: Mapping[str, str], send: Send) -> Send:
    """Those headers go with the answer in place of its own of the same name."""
    if not added:
        return send
    pairs = [(name.encode(), value.encode()) for name, value in added.items()]

    async def send_it(message: Message) -> None:
        if message["type"] == "http.response.start":
            others = [pair for pair in message["headers"] if pair[0].decode().lower() not in added]
            message = {**message, "headers": [*others, *pairs]}
        await send(message)

    return send_it


def _path(scope: Scope) -> str:
    return str(scope["raw_path"].decode("latin-1"))


def _require_once(scope: Scope) -> None:
    """Two of them would be read one way here and another way elsewhere."""
    names = [name for name, _ in scope["headers"] if name in _ONCE]
    if len(names) != len(set(names)):
        raise ApiError("invalid_request", "A header that may stand once was sent twice.")


def _refusal(cause: Exception, scope: Scope, request_id: str) -> Answer:
    """In the shape of the surface that was asked."""
    refused = refusal_of(cause, request_id)
    if refused is not cause:
        log.error("request_failed", request_id=request_id, method=scope["method"], path=scope["path"], exc_info=cause)
    if is_replication_protocol(_path(scope)):
        return marked(shown(_for_a_peer(refused)), request_id)
    return marked(Ready(refused.body(), refused.status, refused.headers), request_id)


def _for_a_peer(refused: ApiError) -> RefusedError:
    error = _AS_PEER.get(refused.code, "internal_server_error")
    headers = unauthorized().headers if error == "unauthorized" else refused.headers
    return RefusedError(error, refused.message, headers)


def _of_version(scope: Scope, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """HTTP/2 has no `Connection`, and an answer that carries one is never sent."""
    if not str(scope["http_version"]).startswith("2"):
        return headers
    return [pair for pair in headers if pair[0] != b"connection"]


async def _no_cookies(scope: Scope, receive: Receive, send: Send) -> None:
    """CouchDB's replicator asks for a cookie at the root of the host, wherever the database is."""
    outgoing = Outgoing(send, Incoming(receive, headers_of(scope)), gzip=False)
    await outgoing.deliver(json_answer({"error": "not_found", "reason": "missing"}, 404))
