"""The REST API as one ASGI application: which route answers, who may ask it, what a failure becomes.

Who calls is settled before, in `front`. No web framework routes here: each endpoint's types are read by msgspec once
and the answers are bytes, which is most of what a search costs.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from starlette.types import Receive, Scope, Send

import mosaicfs
from mosaicfs_control.answers import Answer, Outgoing, Ready, may_be_packed, takes_gzip
from mosaicfs_control.auth import principal
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.errors import RefusedError
from mosaicfs_control.incoming import Incoming
from mosaicfs_control.rest.asking import query_of
from mosaicfs_control.rest.refusals import ApiError, refusal_of, unauthorized
from mosaicfs_control.rest.replays import HEADER, Replays, asked
from mosaicfs_control.rest.routing import Call, Endpoint, Here
from mosaicfs_control.routes.api import ROUTES

BODY_LIMIT = 1024 * 1024
LARGE_BODIES = {b"/api/agent/files/bulk": 16 * 1024 * 1024}
"""Where more may come in one request."""

_request_id = re.compile(r"[A-Za-z0-9._-]{1,64}").fullmatch

log = structlog.get_logger(__name__)


class RestSurface:
    def __init__(self, here: Here) -> None:
        self._here = here
        self._replays = Replays(here.kernel.store)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        headers = headers_of(scope)
        limit = LARGE_BODIES.get(scope["raw_path"], BODY_LIMIT)
        incoming = Incoming(receive, headers, limit, principal.body_sha256_of(scope))
        try:
            async with AsyncExitStack() as held:
                await self._serve(scope, headers, incoming, send, held)
        finally:
            incoming.close()

    async def _serve(
        self, scope: Scope, headers: Mapping[str, str], incoming: Incoming, send: Send, held: AsyncExitStack
    ) -> None:
        request_id = request_id_of(headers)
        try:
            answer = await self._answer(scope, headers, incoming, held)
        except Exception as cause:  # noqa: BLE001 - the edge: every failure becomes a status
            answer = _refused(cause, scope, request_id)
        outgoing = Outgoing(send, incoming, gzip=takes_gzip(headers) and may_be_packed(answer))
        try:
            await outgoing.deliver(self.told(answer, request_id))
        except Exception as cause:  # noqa: BLE001 - a stream that fails before its first byte is a status still
            refused = _refused(cause, scope, request_id)
            if not outgoing.started:
                await outgoing.deliver(self.told(refused, request_id))

    def told(self, answer: Answer, request_id: str) -> Answer:
        return marked(answer, request_id)

    async def _answer(
        self, scope: Scope, headers: Mapping[str, str], incoming: Incoming, held: AsyncExitStack
    ) -> Answer:
        if self._here.stopping.begun:
            raise ApiError("shutting_down", "The server stops; ask again in a moment.", headers={"retry-after": "2"})
        caller = principal.of(scope)
        endpoint, path = self.admitted(scope, caller)
        await incoming.prove()
        query = query_of(scope["query_string"], endpoint.query, endpoint.later)
        call = Call(
            here=self._here,
            method=scope["method"],
            path=path,
            query_string=scope["query_string"],
            headers=headers,
            incoming=incoming,
            principal=caller,
            source=principal.source_of(scope),
            held=held,
        )
        answer = await self._once(endpoint, call, query, scope)
        if not isinstance(answer, Ready):
            return answer
        if answer.status == 200 and _is_known(answer.headers.get("etag"), headers.get("if-none-match")):
            return Ready(b"", 304, answer.headers)
        return answer

    def admitted(self, scope: Scope, caller: Principal) -> tuple[Endpoint, dict[str, str]]:
        """What answers this caller there."""
        return _admitted(scope, caller)

    async def _once(self, endpoint: Endpoint, call: Call, query: Any, scope: Scope) -> Answer:
        """Every `POST` takes an `Idempotency-Key`."""
        run = partial(endpoint.route, call, query)
        key = call.headers.get(HEADER)
        if key is None or endpoint.method != "POST":
            return await run()
        path = b"?".join((scope["raw_path"], scope["query_string"])).decode("latin-1")
        request = asked(f"{call.principal.kind} {call.principal.name}", key, path, await call.incoming.raw())
        return await self._replays.once(request, endpoint.secret_of, run)


def _admitted(scope: Scope, caller: Principal) -> tuple[Endpoint, dict[str, str]]:
    """The endpoint, once it is clear that this caller may ask it. Nobody learns nothing about the path."""
    try:
        endpoint, path = ROUTES.find(scope["method"], scope["raw_path"].decode("latin-1"))
    except ApiError as unknown:
        if caller.kind == "nobody" and not _is_for_all(unknown, scope):
            raise unauthorized() from None
        raise
    if not endpoint.admits(caller):
        raise unauthorized() if caller.kind == "nobody" else _forbidden(endpoint, caller)
    return endpoint, path


def _is_for_all(unknown: ApiError, scope: Scope) -> bool:
    """Where anybody may read, anybody may learn that another method does not work."""
    if unknown.code != "not_supported":
        return False
    try:
        return ROUTES.find("GET", scope["raw_path"].decode("latin-1"))[0].access == "public"
    except ApiError:
        return False


def _forbidden(endpoint: Endpoint, caller: Principal) -> ApiError:
    if endpoint.access == "node":
        return ApiError("forbidden", "Only a node of this instance may ask this, by its signature.")
    if caller.may_read:
        return ApiError("forbidden", "This access key may read only. Use one of scope full.")
    return ApiError("forbidden", "This login is not for the API. Use an access key of scope read or full.")


def headers_of(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def request_id_of(headers: Mapping[str, str]) -> str:
    """What the caller calls it, or a name of ours."""
    given = headers.get("x-request-id", "")
    return given if _request_id(given) else secrets.token_hex(8)


def marked(answer: Answer, request_id: str) -> Answer:
    """With what every answer of the API carries."""
    always = {"mosaicfs-version": mosaicfs.__version__, "x-request-id": request_id}
    return replace(answer, headers={**always, **answer.headers})


def _is_known(tag: str | None, asked: str | None) -> bool:
    """`If-None-Match` compares weakly: `W/` says nothing here."""
    if tag is None or asked is None:
        return False
    known = {one.strip().removeprefix("W/") for one in asked.split(",")}
    return "*" in known or tag.removeprefix("W/") in known


def _refused(cause: Exception, scope: Scope, request_id: str) -> Ready:
    refused = refusal_of(cause, request_id)
    if refused is not cause and not isinstance(cause, RefusedError) and refused.status >= 500:
        _log(cause, refused, scope, request_id)
    return Ready(refused.body(), refused.status, refused.headers)


def _log(cause: Exception, refused: ApiError, scope: Scope, request_id: str) -> None:
    request = {"request_id": request_id, "method": scope["method"], "path": scope["path"]}
    if refused.code == "internal":
        log.error("request_failed", **request, exc_info=cause)
    else:
        log.warning("request_put_off", **request, cause=str(cause))
