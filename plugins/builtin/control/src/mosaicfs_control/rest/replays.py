"""`Idempotency-Key`: who sends the same POST again gets the first answer again, for a day, also after a restart.

Only what a route has answered is kept. A refusal has changed nothing, so the same key may be tried again; an answer
that held a secret leaves no more than the name of what was made.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from time import time

import anyio
import msgspec
import structlog
from msgspec import Struct

from mosaicfs import Store
from mosaicfs.errors import MosaicError
from mosaicfs_control.answers import JSON, Answer, Ready
from mosaicfs_control.rest.refusals import ApiError, invalid

HEADER = "idempotency-key"
REPLAYED = "idempotent-replay"
KEPT_S = 86_400
MOST_KEPT = 1_000
"""The oldest go first. With `LARGEST` this is the room that they can take in the database."""
LARGEST = 64 * 1024
"""Of one answer, packed. A larger one is not kept; none that changes something is nearly so large."""
KEEPING_S = 5.0

_CALLER = "replays"
_key = re.compile(r"[\x21-\x7e]{1,64}").fullmatch

log = structlog.get_logger(__name__)


class Asked(Struct, frozen=True):
    """One request: `name` is of principal and key, `digest` of what was asked."""

    name: str
    digest: str


class _Kept(Struct, frozen=True):
    digest: str
    status: int
    headers: dict[str, str]
    packed: str | None
    made: str = ""


def asked(principal: str, key: str, path: str, body: bytes) -> Asked:
    """`ApiError` 400 for a key that is none. `path` with its query."""
    if not _key(key):
        raise ApiError("invalid_request", "Idempotency-Key has 1 to 64 visible ASCII characters.")
    name = sha256(f"{principal}\0{key}".encode()).hexdigest()[:32]
    return Asked(name, sha256(path.encode() + b"\0" + body).hexdigest())


@dataclass(slots=True)
class Replays:
    """Kept among the local documents of the store: they are never replicated. A name of one begins with its time."""

    store: Store
    clock: Callable[[], float] = time
    _times: dict[str, int] | None = None
    _under_way: dict[str, str] = field(default_factory=dict)

    async def once(self, request: Asked, secret_of: str, run: Callable[[], Awaitable[Answer]]) -> Answer:
        """What `run` answers, or has answered. `secret_of` names the member of a secret answer that is not secret."""
        if (digest := self._under_way.get(request.name)) is not None:
            raise _still_running() if digest == request.digest else _another()
        self._under_way[request.name] = request.digest
        try:
            if (kept := await self._kept(request.name)) is not None:
                return _again(kept, request)
            answer = await run()
            if isinstance(answer, Ready) and 200 <= answer.status < 300:
                await self._keep(request, answer, secret_of)
            return answer
        finally:
            del self._under_way[request.name]

    async def _kept(self, name: str) -> _Kept | None:
        at = (await self._known()).get(name)
        if at is None or at <= self.clock() - KEPT_S:
            return None
        found = await self.store.local_get(_CALLER, _local_id(name, at))
        return None if found is None else msgspec.json.decode(found.body, type=_Kept)

    async def _keep(self, request: Asked, answer: Ready, secret_of: str) -> None:
        """Although the caller is gone or the server stops: it has happened."""
        kept = _kept_of(request, answer, secret_of)
        if len(kept.packed or "") > LARGEST:
            log.info("an answer is too large to be kept", size=len(answer.body))
            return
        with anyio.move_on_after(KEEPING_S, shield=True):
            try:
                await self._make_room()
                at = int(self.clock())
                await self.store.local_put(_CALLER, _local_id(request.name, at), msgspec.json.encode(kept))
                (await self._known())[request.name] = at
            except MosaicError as trouble:
                log.warning("an answer could not be kept", cause=str(trouble))

    async def _make_room(self) -> None:
        times = await self._known()
        while times:
            name, at = next(iter(times.items()))
            if at > self.clock() - KEPT_S and len(times) < MOST_KEPT:
                return
            del times[name]  # before anything is awaited, or another request would remove it too
            local_id = _local_id(name, at)
            if (found := await self.store.local_get(_CALLER, local_id)) is not None:
                await self.store.local_delete(_CALLER, local_id, found.rev)

    async def _known(self) -> dict[str, int]:
        """Oldest first."""
        if self._times is None:
            parted = (local_id.partition("-") for local_id in sorted(await self.store.local_ids(_CALLER)))
            self._times = {name: int(at) for at, _, name in parted}
        return self._times


def _local_id(name: str, at: int) -> str:
    return f"{at:012d}-{name}"


def _kept_of(request: Asked, answer: Ready, secret_of: str) -> _Kept:
    if secret_of:
        made = str(msgspec.json.decode(answer.body, type=dict[str, object]).get(secret_of, ""))
        return _Kept(request.digest, answer.status, {}, None, made)
    packed = b64encode(zlib.compress(answer.body, 1)).decode()
    return _Kept(request.digest, answer.status, {**answer.headers, "content-type": answer.media_type}, packed)


def _again(kept: _Kept, request: Asked) -> Ready:
    if kept.digest != request.digest:
        raise _another()
    if kept.packed is None:
        message = f"This was done already and made {kept.made}. Its secret was shown once and is not kept."
        raise ApiError("conflict", message, {"reason": "secret_shown_once", "id": kept.made})
    headers: Mapping[str, str] = {name: value for name, value in kept.headers.items() if name != "content-type"}
    media_type = kept.headers.get("content-type", JSON)
    return Ready(zlib.decompress(b64decode(kept.packed)), kept.status, {**headers, REPLAYED: "true"}, media_type)


def _another() -> ApiError:
    return invalid("Idempotency-Key", "was used for another request within a day; take a new key")


def _still_running() -> ApiError:
    message = "The first request with this Idempotency-Key still runs; ask again for its answer."
    return ApiError("conflict", message, {"reason": "still_running"}, {"retry-after": "1"})
