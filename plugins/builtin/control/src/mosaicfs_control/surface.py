"""The replication protocol as one ASGI application: what a role may ask, which route answers, what a failure becomes.

Who calls is settled before, in `front`. No web framework routes here: those decode a path before they match it, and
their errors have another shape.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec
import structlog
from starlette.types import Message, Receive, Scope, Send

from mosaicfs import ScopedStore, Store
from mosaicfs.model.role import BROWSER, Role
from mosaicfs_control.answers import Outgoing, Ready, takes_gzip
from mosaicfs_control.auth import principal
from mosaicfs_control.auth.endings import Ending, Endings
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.errors import RefusedError, not_found, refusal_of, too_many, unauthorized
from mosaicfs_control.incoming import Incoming
from mosaicfs_control.parameters import Parameters
from mosaicfs_control.routes import ROUTES
from mosaicfs_control.routes.database import NAME
from mosaicfs_control.routing import Call, Endpoint
from mosaicfs_control.stopping import EitherEnds, Stopping

BASE = "/api/replication"
AT_ONCE = 8

_JSON_KINDS = {"*/*", "application/*", "application/json"}

log = structlog.get_logger(__name__)


class ReplicationSurface:
    """Once `stopping` is set, or a caller's rights have ended, open feeds end with their last line."""

    def __init__(self, store: Store, stopping: Stopping, endings: Endings) -> None:
        self._store = store
        self._endings = endings
        self._stopping = stopping
        self._under_way: Counter[Role] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        incoming = Incoming(receive, headers, promised=principal.body_sha256_of(scope))
        with self._endings.watch(principal.of(scope)) as ending:
            outgoing = Outgoing(_while_allowed(send, ending), incoming, gzip=takes_gzip(headers))
            try:
                await self._answer(scope, headers, incoming, outgoing, ending)
            except Exception as cause:  # noqa: BLE001 - the edge: every failure becomes a status, or the connection's end
                await self._refuse(cause, scope, outgoing)
            finally:
                incoming.close()

    async def _answer(
        self, scope: Scope, headers: Mapping[str, str], incoming: Incoming, outgoing: Outgoing, ending: Ending
    ) -> None:
        caller = ending.principal
        user = caller.role
        endpoint, path = _admitted(scope, caller)
        _require_json_taken(headers)
        await incoming.prove()
        call = Call(
            method=scope["method"],
            user=user,
            store=ScopedStore(self._store, user or BROWSER),
            path=path,
            asked=Parameters.of_query(scope["query_string"]),
            headers=headers,
            incoming=incoming,
            stopping=EitherEnds(self._stopping, ending),
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
            await outgoing.deliver(shown(refused))


def _while_allowed(send: Send, ending: Ending) -> Send:
    """A long answer stops in the middle when its caller's rights are taken away."""

    async def send_it(message: Message) -> None:
        if ending.revoked and message["type"] == "http.response.body":
            raise unauthorized()
        await send(message)

    return send_it


def _admitted(scope: Scope, caller: Principal) -> tuple[Endpoint, dict[str, str]]:
    """The endpoint, once it is clear that this caller may ask it. Who may not learns nothing about the path."""
    user = caller.role
    try:
        endpoint, path = ROUTES.find(scope["method"], scope["raw_path"].decode("latin-1").removeprefix(BASE))
    except RefusedError:
        if user is not None and user.kind != "browser":
            raise
        raise _turned_away(caller) from None
    if not (caller.kind == "nobody" and endpoint.public) and (user is None or user.kind not in endpoint.roles):
        raise _turned_away(caller)
    if path.get("db", NAME) != NAME and not endpoint.any_db:
        raise not_found("no_db_file")
    return endpoint, path


def _turned_away(caller: Principal) -> RefusedError:
    if caller.kind == "nobody":
        return unauthorized()
    reason = "Replication is for nodes, mirrors and sessions of the web page."
    return RefusedError("forbidden", f"The role {caller.role.kind} may not do this." if caller.role else reason)


def shown(refused: RefusedError) -> Ready:
    """A refused login also says what time it is here, so that a wrong clock can be seen."""
    body = {"error": refused.error, "reason": refused.reason}
    if refused.error == "unauthorized":
        body["server_time"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Ready(msgspec.json.encode(body), refused.status, refused.headers)


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
