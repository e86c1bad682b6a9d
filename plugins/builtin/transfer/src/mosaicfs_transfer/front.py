"""The application behind the listener: who may come in, which call it is, and what a failure becomes."""

from __future__ import annotations

import re
import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address

import msgspec
import structlog

from mosaicfs.errors import MosaicError
from mosaicfs.identity.authority import node_name
from mosaicfs.model.json import JsonObject
from mosaicfs.wire.parcels import PARCELS
from mosaicfs_transfer.answering import Answering, CutError
from mosaicfs_transfer.asking import Request
from mosaicfs_transfer.connection import Connection, GoneError
from mosaicfs_transfer.figures import Figures
from mosaicfs_transfer.gate import Gate
from mosaicfs_transfer.handing_out import HandingOut
from mosaicfs_transfer.line import Line
from mosaicfs_transfer.parcels import Parcels
from mosaicfs_transfer.questions import Questions
from mosaicfs_transfer.refusals import RefusalError, not_found, refusal_of, unauthorized

LIVE, HEALTH, QUERY = "/health/live", "/health", "/api/agent/query"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_call = re.compile(rf"/api/agent/transfer/(?:file(?:::|%3A%3A))?({_UUID})(/digest)?").fullmatch
_target = re.compile(r"target_name=[A-Za-z0-9._~%-]+").fullmatch

_log = structlog.get_logger(component="transfer")


@dataclass(slots=True)
class Front:
    """`health` is what the parts of this node say. A caller that has lost its rights is cut off by `end`."""

    node_id: str
    gate: Gate
    files: HandingOut
    parcels: Parcels
    questions: Questions
    figures: Figures
    health: Callable[[], JsonObject]
    names: frozenset[str] = frozenset()
    """Further names that this node is reached by, such as those it advertises."""
    _lines: dict[str, set[Line]] = field(default_factory=lambda: defaultdict(set))

    def end(self, caller: str) -> None:
        for line in self._lines.pop(caller, set()):
            line.cut()

    async def __call__(self, asked: Request | RefusalError, connection: Connection) -> None:
        """`GoneError` when nobody takes the answer."""
        if isinstance(asked, RefusalError):
            await Answering(connection, self.figures, secrets.token_hex(8)).refuse(asked)
            return
        answering = Answering(connection, self.figures, asked.request_id, has_body=asked.method != "HEAD")
        try:
            await self._answer(asked, answering)
        except GoneError:
            raise
        except CutError:
            asked.line.cut()
        except Exception as cause:  # noqa: BLE001 - the edge: every failure becomes a status, or a broken answer
            await self._fail(cause, answering, asked.line)

    async def _fail(self, cause: Exception, answering: Answering, line: Line) -> None:
        refused = _refused(cause)
        if refused.code == "internal":
            _log.error("request failed", exc_info=cause)
        if answering.status:
            line.cut()
        else:
            await answering.refuse(refused)

    async def _answer(self, request: Request, answering: Answering) -> None:
        self._require_own_name(request)
        if "origin" in request.headers:
            raise RefusalError("origin_refused", "No web page may ask this server.")
        if request.path == LIVE:
            self.gate.limits.count_unproven(request.source)
            _require_reading(request)
            await answering.json(200, b"{}")
            return
        caller = await self.gate.admit(request)
        if self.gate.nodes.public_key(caller) is None:  # disabled while its body came
            raise unauthorized()
        found = _call(request.path)
        is_transfer = request.path == PARCELS or (found is not None and not found[2])
        self.gate.limits.count(caller, is_transfer=is_transfer)
        self.figures.requests += 1
        self._lines[caller].add(request.line)
        try:
            await self._call(caller, request, found, answering)
        finally:
            self._lines[caller].discard(request.line)

    async def _call(self, caller: str, request: Request, found: re.Match[str] | None, answering: Answering) -> None:
        if request.path == HEALTH:
            _require_reading(request)
            _require_no_query(request)
            await answering.json(200, msgspec.json.encode(self.health()))
            return
        if request.path == QUERY:
            _require_no_query(request)
            await self.questions.answer(request, answering)
            return
        if request.path == PARCELS:
            _require_no_query(request)
            with self.gate.limits.one_more(caller):
                await self.parcels.answer(request, answering)
            return
        if found is None:
            raise not_found(request.path)
        _require_reading(request)
        file_id = f"file::{found[1]}"
        if _target(request.query):
            raise RefusalError("not_found", f"This node keeps no copy of {file_id} for that target.")
        _require_no_query(request)
        with self.gate.limits.one_more(caller):
            answer = self.files.digest_of if found[2] else self.files.bytes_of
            await answer(file_id, request, answering)

    def _require_own_name(self, request: Request) -> None:
        """A page that made its own name point here learns nothing."""
        host = request.headers.get("host", "")
        name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
        if name.lower() in self.names or name == node_name(self.node_id) or name == "localhost" or _is_address(name):
            return
        raise RefusalError("misdirected", "This is not the server that was asked.")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _require_reading(request: Request) -> None:
    if request.method not in ("GET", "HEAD"):
        raise RefusalError("not_supported", "Only GET and HEAD are answered here.", headers={"allow": "GET, HEAD"})


def _require_no_query(request: Request) -> None:
    if request.query:
        raise RefusalError("validation_failed", "There is no such parameter.")


def _refused(cause: Exception) -> RefusalError:
    match cause:
        case RefusalError():
            return cause
        case MosaicError():
            return refusal_of(cause)
    return RefusalError("internal", "This node failed; its log says more.")
