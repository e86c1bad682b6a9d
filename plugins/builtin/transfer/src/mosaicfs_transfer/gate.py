"""Who asks: the order in which a signed request is looked at, up to the body that was promised.

Nobody learns from an answer whether a node is known here; who may not sign is held against a key that nobody has.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

import structlog

from mosaicfs.identity.signatures import (
    SKEW_S,
    STREAM,
    MalformedSignatureError,
    Signed,
    fits_ed25519,
    is_signature,
    parsed,
    unknown_public_key,
)
from mosaicfs.model.times import Clock, instant, now_text
from mosaicfs_transfer.asking import Request
from mosaicfs_transfer.known_nodes import KnownNodes
from mosaicfs_transfer.limits import Limits
from mosaicfs_transfer.nonces import Nonces
from mosaicfs_transfer.refusals import RefusalError, unauthorized

_log = structlog.get_logger(component="transfer")


@dataclass(frozen=True, slots=True)
class Gate:
    """`audience` is this node, in the words of a signature."""

    audience: str
    nodes: KnownNodes
    nonces: Nonces
    limits: Limits
    clock: Clock

    async def admit(self, request: Request) -> str:
        """The node that asks, or `control_plane`; its body has been read and is what was signed. `RefusalError`."""
        self.limits.may_fail(request.source)
        try:
            signed = self._proven(request)
            if not compare_digest(sha256(await request.body()).hexdigest(), signed.body_sha256):
                self._note("signature_refused", signed.signer, request)
                raise _for_the_body()
        except RefusalError as refused:
            if refused.status == 401:
                self.limits.failed(request.source)
            raise
        return signed.signer

    def _proven(self, request: Request) -> Signed:
        """In this order: form, signer, string, signature, time, nonce."""
        signed = _read(request)
        if not self._fits(signed, request):
            self._note("signature_refused", signed.signer, request)
            raise unauthorized()
        self._require_near(signed, request)
        if not self.nonces.take(signed.signer, signed.nonce, _seconds(signed)):
            self._note("replay_refused", signed.signer, request)
            raise RefusalError("replayed", "This request was accepted before; sign it anew to send it again.")
        return signed

    def _fits(self, signed: Signed, request: Request) -> bool:
        key = self.nodes.public_key(signed.signer)
        fits = fits_ed25519(signed, key or unknown_public_key(), request.method, request.target, self.audience)
        return fits and key is not None

    def _require_near(self, signed: Signed, request: Request) -> None:
        skew_s = _seconds(signed) - self.clock()
        if abs(skew_s) <= SKEW_S:
            return
        self._note("clock_skew", signed.signer, request)
        message = f"The time of this request is {abs(skew_s):.0f} s from the time here. Set the clock, then try again."
        raise RefusalError("clock_skew", message, {"server_time": now_text(self.clock), "skew_s": round(skew_s)})

    def _note(self, event: str, signer: str, request: Request) -> None:
        _log.info(event, signer=signer, source=request.source, path=request.path, request_id=request.request_id)


def _read(request: Request) -> Signed:
    given = request.headers.get("authorization")
    if not is_signature(given):
        raise unauthorized()
    try:
        signed = parsed(given or "")
    except MalformedSignatureError as trouble:
        raise RefusalError("invalid_request", str(trouble)) from None
    if signed.scheme != "ed25519":  # an access key is no node
        raise unauthorized()
    if signed.body_sha256 == STREAM:
        raise RefusalError("invalid_request", "BodySHA256 must be the hash of the body here.")
    return signed


def _for_the_body() -> RefusalError:
    """The connection is closed: what follows on it may be the rest of another body."""
    refused = unauthorized()
    refused.headers["connection"] = "close"
    return refused


def _seconds(signed: Signed) -> float:
    return instant(signed.timestamp) / 1_000_000
