"""Who asks: the one place where a request becomes a principal, in the order that the page on security gives.

What the principal may is asked behind the gate (`Endpoint.access`, roles of the replication), and so is whether the
body is the one that was signed: nothing may be done before that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

from mosaicfs.identity.signatures import (
    SKEW_S,
    STREAM,
    MalformedSignatureError,
    Signed,
    audience,
    fits_ed25519,
    fits_hmac,
    is_signature,
    parsed,
    parsed_proof,
    unknown_key,
    unknown_public_key,
)
from mosaicfs.model.times import Clock, now_text
from mosaicfs_control.auth.audit import Audit
from mosaicfs_control.auth.credentials import Credentials
from mosaicfs_control.auth.limits import LOCAL, Limits, PrincipalKind
from mosaicfs_control.auth.machines import Machines
from mosaicfs_control.auth.nodes import KnownNodes
from mosaicfs_control.auth.nonces import Nonces
from mosaicfs_control.auth.principal import NOBODY, OWNER, Principal
from mosaicfs_control.auth.sessions import Sessions
from mosaicfs_control.auth.tokens import Tokens
from mosaicfs_control.rest.refusals import ApiError, unauthorized

METRICS = "/metrics"
REPLICATION = "/api/replication"
DATABASE = "mosaicfs"
JOINING = "/api/nodes"
STREAMED = "/api/agent/replicate/"
PROOF = "mosaicfs-proof"
DEAR: Mapping[str, PrincipalKind] = MappingProxyType({"/api/search": "search", "/api/query": "query"})
"""Calls that have a rate of their own, since each of them is work."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The head of a request. `target` holds the bytes on the wire as text, `source` is an address or `LOCAL`.

    `is_local` is the owner's socket, whose other end was looked at when it connected.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    source: str = LOCAL
    is_local: bool = False
    request_id: str = ""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def authorization(self) -> str | None:
        return self.headers.get("authorization")

    @property
    def body_sha256(self) -> str:
        """What the body must be found to be before anything is done with it; empty where nothing was promised.

        Also of the proof of a node that joins. To be read once the gate has admitted the request.
        """
        try:
            if is_signature(self.authorization):
                promised = parsed(self.authorization or "").body_sha256
            else:
                promised = parsed_proof(self.headers[PROOF]).body_sha256 if PROOF in self.headers else ""
        except MalformedSignatureError:
            return ""
        return "" if promised == STREAM else promised


def is_replication_protocol(path: str) -> bool:
    """The protocol's paths, and not the calls about copies that lie beside them."""
    if path.rstrip("/") == REPLICATION:
        return True
    first = path.removeprefix(f"{REPLICATION}/").partition("/")[0]
    return path.startswith(f"{REPLICATION}/") and (first.startswith("_") or first == DATABASE)


def is_download(path: str) -> bool:
    """Who has a link shows a proof in it, which the route looks at: a page of pictures asks for many at once."""
    return path.startswith("/api/files/") and path.endswith("/download")


@dataclass(frozen=True, slots=True)
class Gate:
    instance_id: str
    credentials: Credentials
    nodes: KnownNodes
    tokens: Tokens
    sessions: Sessions
    machines: Machines
    nonces: Nonces
    limits: Limits
    audit: Audit
    clock: Clock
    on_skew: list[Callable[[str, float], None]] = field(default_factory=list)
    """Told of a node whose signature is good but for its time, and by how many seconds it is ahead."""

    async def admit(self, asked: Asked) -> Principal:
        """`NOBODY` for who shows nothing. `ApiError` for what is shown and wrong, which never counts as nothing."""
        if asked.authorization is None:
            return self._without_login(asked)
        try:
            principal = await self._proven(asked)
        except ApiError as refused:
            if refused.status == 401:
                self.limits.refuse_over("refused", asked.source)
                self.turned_away(asked.source)
            raise
        if principal is not NOBODY and not _is_copying(principal, asked):
            self._count(principal, asked)
        return principal

    def turned_away(self, source: str) -> None:
        """A request of this source ended in 401. Whoever refuses behind the gate says so, too."""
        self.limits.count("refused", source)

    def _count(self, principal: Principal, asked: Asked) -> None:
        self.limits.check("all", principal.name)
        if (kind := DEAR.get(asked.path)) is not None:
            self.limits.check(kind, principal.name)

    def _without_login(self, asked: Asked) -> Principal:
        if asked.is_local:
            return OWNER
        self.limits.refuse_over("refused", asked.source)
        if not is_download(asked.path):
            self.limits.check("public", asked.source)
        return NOBODY

    async def _proven(self, asked: Asked) -> Principal:
        given = asked.authorization or ""
        if is_signature(given):
            return await self._signed(asked, given)
        scheme, _, parameters = given.partition(" ")
        match scheme.lower():
            case "bearer":
                return await self._seen(_for_the_api(self.tokens.verify(parameters.strip()), asked))
            case "mosaicfs-session" if is_replication_protocol(asked.path):
                return self.sessions.verify(parameters.strip())
            case "basic" if (scope := _basic_scope(asked.path)) is not None:
                if not self.machines.remembers(parameters):
                    self.limits.refuse_over("refused", asked.source)  # before anything is hashed
                return await self._seen(await self.machines.verify(parameters, scope))
            case "mosaicfs-join" if asked.method == "POST" and asked.path == JOINING:
                self.limits.check("join", asked.source)
                return NOBODY
        raise unauthorized()

    async def _signed(self, asked: Asked, given: str) -> Principal:
        """Sections in this order: form, signer, string, signature, time, nonce. Rights and body come behind."""
        signed = _read(asked, given)
        if not self._is_proven(signed, asked):
            self._note("signature_refused", "unauthorized", signed, asked)
            raise unauthorized()
        self._require_near(signed, asked)
        if not await self.nonces.take(signed.signer, signed.nonce, _seconds(signed.timestamp)):
            self._note("replay_refused", "replayed", signed, asked)
            raise ApiError("replayed", "This request was accepted before; sign it anew to send it again.")
        return await self._seen(self._signer(signed))

    def _is_proven(self, signed: Signed, asked: Asked) -> bool:
        """Who may not sign (unknown, disabled, expired) is held against a key that nobody has: the same work."""
        ours = audience(self.instance_id)
        if signed.scheme == "ed25519":
            public_key = self.nodes.public_key(signed.signer)
            fits = fits_ed25519(signed, public_key or unknown_public_key(), asked.method, asked.target, ours)
            return fits and public_key is not None
        key = self.credentials.signing_key(signed.signer)
        fits = fits_hmac(signed, key or unknown_key(), asked.method, asked.target, ours)
        return fits and key is not None

    def _signer(self, signed: Signed) -> Principal:
        if signed.scheme == "ed25519":
            return Principal("node", signed.signer)
        return Principal("access_key", signed.signer, self.tokens.scope_of(signed.signer))

    def _require_near(self, signed: Signed, asked: Asked) -> None:
        now = self.clock()
        skew = _seconds(signed.timestamp) - now
        if abs(skew) <= SKEW_S:
            return
        self._note("clock_skew", "clock_skew", signed, asked)
        if signed.scheme == "ed25519":
            for tell in self.on_skew:
                tell(signed.signer, skew)
        message = f"The time of this request is {abs(skew):.0f} s from the time here. Set the clock, then try again."
        raise ApiError("clock_skew", message, {"server_time": now_text(self.clock), "skew_s": round(skew)})

    async def _seen(self, principal: Principal) -> Principal:
        if principal.kind in ("access_key", "machine"):
            await self.credentials.seen(principal.name)
        return principal

    def _note(self, event: str, result: str, signed: Signed, asked: Asked) -> None:
        self.audit.note(
            event,
            principal=signed.signer,
            source=asked.source,
            target=f"{asked.method} {asked.path}",
            result=result,
            request_id=asked.request_id,
        )


def _read(asked: Asked, given: str) -> Signed:
    try:
        signed = parsed(given)
    except MalformedSignatureError as trouble:
        raise ApiError("invalid_request", str(trouble)) from None
    may_stream = asked.method == "POST" and asked.path.startswith(STREAMED)
    if signed.body_sha256 == STREAM and not may_stream:
        raise ApiError("invalid_request", "BodySHA256 must be the hash of the body here.")
    return signed


def _for_the_api(principal: Principal, asked: Asked) -> Principal:
    """A page that was tricked into giving its token away has not given away the database."""
    if is_replication_protocol(asked.path):
        message = "A token is for the API. Ask for a replication session: POST /api/auth/replication-session."
        raise ApiError("forbidden", message)
    return principal


def _is_copying(principal: Principal, asked: Asked) -> bool:
    """A copy of the whole database asks as often as it must; what it has open at once is counted elsewhere."""
    return principal.kind in ("node", "machine") and is_replication_protocol(asked.path)


def _basic_scope(path: str) -> Literal["metrics", "mirror"] | None:
    if path == METRICS:
        return "metrics"
    return "mirror" if is_replication_protocol(path) else None


def _seconds(timestamp: str) -> float:
    return datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
