"""`GET /metrics` as one ASGI application: who may read it. Whoever puts it up says where the readings come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from mosaicfs_control.answers import Answer, Outgoing, Ready, takes_gzip
from mosaicfs_control.auth import principal
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.incoming import Incoming
from mosaicfs_control.metrics.readings import CONTENT_TYPE, Readings
from mosaicfs_control.metrics.traffic import Traffic
from mosaicfs_control.rest.refusals import ApiError, refusal_of, unauthorized
from mosaicfs_control.rest.surface import headers_of, marked, request_id_of

Mark: TypeAlias = Callable[[Answer, str], Answer]
"""Puts on an answer what all answers of this server carry; the text is the id of the request."""

log = structlog.get_logger(__name__)


class Source(Protocol):
    async def read(self, readings: Readings) -> None:
        """Put in what there is to be measured now."""


class MetricsSurface:
    def __init__(self, source: Source, mark: Mark = marked) -> None:
        self._source = source
        self._mark = mark
        self._traffic = Traffic()

    def counted(self, app: ASGIApp) -> ASGIApp:
        """The same application, whose answers are counted in what is shown here."""
        return self._traffic.counted(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        incoming, request_id = (
            Incoming(receive, headers, promised=principal.body_sha256_of(scope)),
            request_id_of(headers),
        )
        try:
            answer = await self._answer(scope, incoming)
        except Exception as cause:
            refused = refusal_of(cause, request_id)
            if refused is not cause:
                log.error("request_failed", request_id=request_id, path=scope["path"], exc_info=cause)
            answer = Ready(refused.body(), refused.status, refused.headers)
        try:
            await Outgoing(send, incoming, gzip=takes_gzip(headers)).deliver(self._mark(answer, request_id))
        finally:
            incoming.close()

    async def _answer(self, scope: Scope, incoming: Incoming) -> Answer:
        _require_reader(principal.of(scope))
        if scope["method"] not in ("GET", "HEAD"):
            raise ApiError("not_supported", "Only GET, HEAD work here.", headers={"allow": "GET, HEAD"})
        await incoming.prove()
        return Ready((await self.readings()).text(), media_type=CONTENT_TYPE)

    async def readings(self) -> Readings:
        readings = Readings()
        await self._source.read(readings)
        self._traffic.read(readings)
        return readings


def _require_reader(caller: Principal) -> None:
    if caller.kind == "nobody":
        raise unauthorized()
    if not (caller.may_read or caller.scope == "metrics"):
        raise ApiError("forbidden", "Whoever calls like this may not read metrics. Use a key of scope metrics or read.")
