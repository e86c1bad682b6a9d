"""The REST API as one ASGI application: which route answers, what a failure becomes, what every answer carries.

Who may reach it is settled before: it is served on the owner's Unix socket alone (`plugin`). FastAPI does not route
here: each endpoint's types are read by msgspec once and the answers are bytes, which is most of what a search costs.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

import structlog
from starlette.types import Receive, Scope, Send

import mosaicfs
from mosaicfs_control.answers import Outgoing, Ready
from mosaicfs_control.errors import RefusedError
from mosaicfs_control.incoming import Incoming
from mosaicfs_control.rest.asking import query_of
from mosaicfs_control.rest.refusals import ApiError, refusal_of
from mosaicfs_control.rest.routing import Call, Instance
from mosaicfs_control.routes.api import ROUTES

BODY_LIMIT = 1024 * 1024

SECURITY_HEADERS = {
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

_request_id = re.compile(r"[A-Za-z0-9._-]{1,64}").fullmatch

log = structlog.get_logger(__name__)


class RestSurface:
    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        headers = headers_of(scope)
        incoming = Incoming(receive, headers, BODY_LIMIT)
        outgoing = Outgoing(send, incoming, gzip=False)  # the socket stays on this machine: packing only costs
        request_id = request_id_of(headers)
        try:
            answer = await self._answer(scope, headers, incoming)
        except Exception as cause:  # noqa: BLE001 - the edge: every failure becomes a status
            answer = _refused(cause, scope, request_id)
        await outgoing.deliver(marked(answer, request_id))

    async def _answer(self, scope: Scope, headers: Mapping[str, str], incoming: Incoming) -> Ready:
        _require_no_page(headers)
        if self._instance.stopping.begun:
            raise ApiError("shutting_down", "The server stops; ask again in a moment.", headers={"retry-after": "2"})
        endpoint, path = ROUTES.find(scope["method"], scope["raw_path"].decode("latin-1"))
        query = query_of(scope["query_string"], endpoint.query, endpoint.later)
        call = Call(self._instance, scope["method"], path, scope["query_string"], headers, incoming)
        answer = await endpoint.route(call, query)
        if answer.status == 200 and _is_known(answer.headers.get("etag"), headers.get("if-none-match")):
            return Ready(b"", 304, answer.headers)
        return answer


def headers_of(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def request_id_of(headers: Mapping[str, str]) -> str:
    """What the caller calls it, or a name of ours."""
    given = headers.get("x-request-id", "")
    return given if _request_id(given) else secrets.token_hex(8)


def marked(answer: Ready, request_id: str) -> Ready:
    """With what every answer carries. Hypercorn adds `Date`."""
    always = {"mosaicfs-version": mosaicfs.__version__, "x-request-id": request_id, **SECURITY_HEADERS}
    return Ready(answer.body, answer.status, {**always, **answer.headers}, answer.media_type)


def _require_no_page(headers: Mapping[str, str]) -> None:
    """No page is served here, so one that calls came from elsewhere, through somebody's forwarded port."""
    if "origin" in headers or headers.get("sec-fetch-site") == "cross-site":
        raise ApiError("origin_refused", "Pages of other sites may not call this server.")


def _is_known(tag: str | None, asked: str | None) -> bool:
    """`If-None-Match` compares weakly: `W/` says nothing here."""
    if tag is None or asked is None:
        return False
    known = {one.strip().removeprefix("W/") for one in asked.split(",")}
    return "*" in known or tag.removeprefix("W/") in known


def _refused(cause: Exception, scope: Scope, request_id: str) -> Ready:
    refused = refusal_of(cause, request_id)
    if refused is not cause and not isinstance(cause, RefusedError):
        _log(cause, refused, scope, request_id)
    return Ready(refused.body(), refused.status, refused.headers)


def _log(cause: Exception, refused: ApiError, scope: Scope, request_id: str) -> None:
    request = {"request_id": request_id, "method": scope["method"], "path": scope["path"]}
    if refused.code == "internal":
        log.error("request_failed", **request, exc_info=cause)
    else:
        log.warning("request_put_off", **request, cause=str(cause))
