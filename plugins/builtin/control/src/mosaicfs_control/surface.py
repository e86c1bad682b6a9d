"""The replication protocol as one ASGI application: who calls, which route answers, what a failure becomes.

FastAPI does not route here: it decodes paths before it matches them, and its errors have another shape.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog
from starlette.types import Receive, Scope, Send

from mosaicfs import ScopedStore, Store
from mosaicfs.model.role import BROWSER, Role
from mosaicfs_control import callers
from mosaicfs_control.answers import Answer, Outgoing, Ready, takes_gzip
from mosaicfs_control.errors import RefusedError, not_found, refusal_of, too_many
from mosaicfs_control.incoming import Incoming
from mosaicfs_control.parameters import Parameters
from mosaicfs_control.routes import ROUTES
from mosaicfs_control.routes.database import NAME
from mosaicfs_control.routing import Call, Endpoint
from mosaicfs_control.stopping import Stopping

BASE = "/api/replication"
AT_ONCE = 8

_JSON_KINDS = {"*/*", "application/*", "application/json"}

log = structlog.get_logger(__name__)


class ReplicationSurface:
    """`key` is what passwords are derived from; once `stopping` is set, open feeds end with their last line."""

    def __init__(self, store: Store, key: bytes, stopping: Stopping) -> None:
        self._store = store
        self._key = key
        self._stopping = stopping
        self._under_way: Counter[Role] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        incoming = Incoming(receive, headers)
        outgoing = Outgoing(send, incoming, gzip=takes_gzip(headers))
        try:
            await self._answer(scope, headers, incoming, outgoing)
        except Exception as cause:  # noqa: BLE001 - the edge: every failure becomes a status, or the connection's end
            await self._refuse(cause, scope, outgoing)

    async def _answer(self, scope: Scope, headers: Mapping[str, str], incoming: Incoming, outgoing: Outgoing) -> None:
        callers.require_this_machine(headers)
        user = callers.caller(self._key, headers)
        endpoint, path = _admitted(scope, user)
        _require_json_taken(headers)
        call = Call(
            method=scope["method"],
            user=user,
            store=ScopedStore(self._store, user or BROWSER),
            path=path,
            asked=Parameters.of_query(scope["query_string"]),
            headers=headers,
            incoming=incoming,
            stopping=self._stopping,
        )
        with self._place(user):
            await outgoing.deliver(await endpoint.route(call))

    @contextmanager
    def _place(self, user: Role | None) -> Iterator[None]:
        if user is None or user.kind != "node":
            yield
            return
        if self._under_way[user] >= AT_ONCE:
            raise too_many(AT_ONCE)
        self._under_way[user] += 1
        try:
            yield
        finally:
            self._under_way[user] -= 1

    async def _refuse(self, cause: Exception, scope: Scope, outgoing: Outgoing) -> None:
        refused = refusal_of(cause)
        if refused is not cause and refused.status >= 500:
            refused.headers["x-request-id"] = _logged(cause, refused, scope)
        if not outgoing.started:
            await outgoing.deliver(_shown(refused))


def _admitted(scope: Scope, user: Role | None) -> tuple[Endpoint, dict[str, str]]:
    """The endpoint, once it is clear that this caller may ask it. Who may not learns nothing about the path."""
    try:
        endpoint, path = ROUTES.find(scope["method"], scope["raw_path"].decode().removeprefix(BASE))
    except RefusedError:
        if user is not None and user.kind != "browser":
            raise
        raise _turned_away(user) from None
    if not (user is None and endpoint.public) and (user is None or user.kind not in endpoint.roles):
        raise _turned_away(user)
    if path.get("db", NAME) != NAME and not endpoint.any_db:
        raise not_found("no_db_file")
    return endpoint, path


def _turned_away(user: Role | None) -> RefusedError:
    if user is None:
        return callers.unauthorized("A name and a password are needed.")
    return RefusedError("forbidden", f"The role {user.kind} may not do this.")


def _shown(refused: RefusedError) -> Answer:
    return Ready(callers.body_of(refused), refused.status, refused.headers)


def _logged(cause: Exception, refused: RefusedError, scope: Scope) -> str:
    request_id = secrets.token_hex(8)
    request = {"request_id": request_id, "method": scope["method"], "path": scope["path"]}
    if refused.error == "internal_server_error":
        log.error("request_failed", **request, exc_info=cause)
    else:
        log.warning("request_put_off", **request, cause=str(cause))
    return request_id


def _require_json_taken(headers: Mapping[str, str]) -> None:
    kinds = {part.partition(";")[0].strip().lower() for part in headers.get("accept", "*/*").split(",")}
    if not (kinds & _JSON_KINDS or any(kind.startswith("multipart/") for kind in kinds)):
        raise RefusedError("not_acceptable", "The answer is application/json, which Accept excludes.")
