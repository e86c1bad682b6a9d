"""Signed requests: the string that is signed, the header that carries the signature, and whether the two fit.

Access keys sign by HMAC, nodes and the control plane by Ed25519; both sign the same eight lines. Whether a time is near
enough and a nonce is new is asked by who serves, after the signature fits. A retry is a request of its own and is
signed anew. Ed25519 is loaded where it is used: a command that signs by HMAC must start quickly.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from time import time
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from mosaicfs.errors import GiveUpError
from mosaicfs.identity.base64url import decoded, encoded
from mosaicfs.model.times import Clock, now_text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    from mosaicfs.identity.node_keys import NodeKeys

CONTROL_PLANE = "control_plane"
SKEW_S = 300
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
STREAM = "STREAM"
"""In place of a body's hash, where the body is checked against a digest of its own."""

_HMAC, _ED25519 = "MOSAICFS-HMAC-SHA256", "MOSAICFS-ED25519"
PUBLIC_KEY_FORM = "ed25519:"

Scheme = Literal["hmac", "ed25519"]
SignerName = Literal["AccessKeyId", "NodeId", "PublicKey"]
"""What a header calls the signer."""

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SIGNERS = {
    "AccessKeyId": r"MOSAICFS_[0-9A-F]{16}",
    "NodeId": rf"{CONTROL_PLANE}|peer:{_UUID}|[a-z0-9][a-z0-9-]{{0,62}}",
    "PublicKey": rf"{PUBLIC_KEY_FORM}[A-Za-z0-9_-]{{43}}",
}
_REST = {
    "Timestamp": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
    # The last of 22 characters carries two bits only, so it is one of four.
    "Nonce": r"[A-Za-z0-9_-]{21}[AQgw]",
    "BodySHA256": rf"[0-9a-f]{{64}}|{STREAM}",
}
_SIGNATURES = {"hmac": r"[0-9a-f]{64}", "ed25519": r"[0-9a-f]{128}"}
_NONCE_BYTES = 16
_is_line = re.compile(r"[!-~]+").fullmatch


class MalformedSignatureError(GiveUpError):
    def __init__(self, trouble: str) -> None:
        super().__init__(f"The signature of this request cannot be read: {trouble}.")


class Signed(NamedTuple):
    """What the header says; nothing of it is proven. `signer` is a public key in the proof of a joining node."""

    scheme: Scheme
    signer: str
    timestamp: str
    nonce: str
    body_sha256: str
    signature: str


def audience(instance_id: str, who: str = CONTROL_PLANE) -> str:
    """Who is asked. It is never sent, so a request that was signed for one server means nothing to another."""
    return f"{instance_id}/{who}"


def canonical_string(  # noqa: PLR0917 - the lines in their order
    signer: str, method: str, target: str, timestamp: str, nonce: str, audience: str, body_sha256: str
) -> bytes:
    """`target` holds the bytes on the wire. `ValueError` for a line that is empty or not visible ASCII."""
    lines = ("mosaicfs-signature-1", signer, method, target, timestamp, nonce, audience, body_sha256)
    if not all(_is_line(line) for line in lines):
        raise ValueError("only visible ASCII can be signed")
    return "\n".join(lines).encode("ascii")


# --- reading -------------------------------------------------------------------------------------------------------


def is_signature(authorization: str | None) -> bool:
    """By its scheme alone."""
    return (authorization or "").partition(" ")[0] in (_HMAC, _ED25519)


def parsed(authorization: str) -> Signed:
    scheme, _, parameters = authorization.partition(" ")
    if scheme == _HMAC:
        return _parsed(parameters, "hmac", "AccessKeyId")
    if scheme == _ED25519:
        return _parsed(parameters, "ed25519", "NodeId")
    raise MalformedSignatureError(f"the scheme is neither {_HMAC} nor {_ED25519}")


def parsed_proof(text: str) -> Signed:
    """The value of `MosaicFS-Proof`; its signer is the public key that it proves."""
    return _parsed(text, "ed25519", "PublicKey")


def _parsed(parameters: str, scheme: Scheme, signer: SignerName) -> Signed:
    forms = {signer: _SIGNERS[signer], **_REST, "Signature": _SIGNATURES[scheme]}
    found: dict[str, str] = {}
    for parameter in parameters.split(", "):
        name, _, value = parameter.partition("=")
        if name not in forms:
            raise MalformedSignatureError("it has a parameter that does not belong there")
        if name in found:
            raise MalformedSignatureError(f"{name} stands there twice")
        if not re.fullmatch(forms[name], value):
            raise MalformedSignatureError(f"{name} has not the right form")
        found[name] = value
    if missing := forms.keys() - found.keys():
        raise MalformedSignatureError(f"{min(missing)} is missing")
    _refuse_no_time(found["Timestamp"])
    return Signed(scheme, *(found[name] for name in forms))


def _refuse_no_time(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise MalformedSignatureError("Timestamp is no time") from None


# --- fitting -------------------------------------------------------------------------------------------------------


def fits_hmac(signed: Signed, key: bytes, method: str, target: str, audience: str) -> bool:
    """In constant time once the target can be signed at all."""
    text = _text_of(signed, method, target, audience)
    return text is not None and hmac.compare_digest(hmac.digest(key, text, "sha256").hex(), signed.signature)


def fits_ed25519(signed: Signed, public_key: str, method: str, target: str, audience: str) -> bool:
    """`public_key` as it stands in the document of a node. False too when it is none."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - as said above

    text = _text_of(signed, method, target, audience)
    if text is None:
        return False
    try:
        read_public_key(public_key).verify(bytes.fromhex(signed.signature), text)
    except (InvalidSignature, ValueError):
        return False
    return True


def _text_of(signed: Signed, method: str, target: str, audience: str) -> bytes | None:
    """None where nothing can fit. A signature has the one spelling of its scheme, or an altered one might fit."""
    if not re.fullmatch(_SIGNATURES[signed.scheme], signed.signature):
        return None
    try:
        return canonical_string(
            signed.signer, method, target, signed.timestamp, signed.nonce, audience, signed.body_sha256
        )
    except ValueError:
        return None


@lru_cache(maxsize=256)
def read_public_key(text: str) -> Ed25519PublicKey:
    """`ValueError` for what is not `ed25519:` and 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - as said above

    if not text.startswith(PUBLIC_KEY_FORM):
        raise ValueError("not an Ed25519 public key")
    return Ed25519PublicKey.from_public_bytes(decoded(text.removeprefix(PUBLIC_KEY_FORM)))


@cache
def unknown_key() -> bytes:
    """Stands in for the key of an access key that nobody has, so that the answer takes as long."""
    return secrets.token_bytes(32)


@cache
def unknown_public_key() -> str:
    """Stands in for the key of a node that nobody knows."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as said above

    return PUBLIC_KEY_FORM + encoded(Ed25519PrivateKey.generate().public_key().public_bytes_raw())


# --- signing -------------------------------------------------------------------------------------------------------


class Signer(Protocol):
    def authorization(self, method: str, target: str, audience: str, body_sha256: str = EMPTY_SHA256) -> str:
        """The value of `Authorization` for one attempt at one request."""
        ...


@dataclass(frozen=True, slots=True)
class HmacSigner:
    access_key_id: str
    key: bytes = field(repr=False)
    clock: Clock = time
    randomness: Callable[[int], bytes] = secrets.token_bytes

    def authorization(self, method: str, target: str, audience: str, body_sha256: str = EMPTY_SHA256) -> str:
        timestamp, nonce = now_text(self.clock), encoded(self.randomness(_NONCE_BYTES))
        text = canonical_string(self.access_key_id, method, target, timestamp, nonce, audience, body_sha256)
        signature = hmac.digest(self.key, text, "sha256").hex()
        signed = Signed("hmac", self.access_key_id, timestamp, nonce, body_sha256, signature)
        return f"{_HMAC} {_printed(signed, 'AccessKeyId')}"


@dataclass(frozen=True, slots=True)
class KeySigner:
    """`signer` is a node id, `control_plane`, or `peer:<instance id>`."""

    signer: str
    key: Ed25519PrivateKey = field(repr=False)
    clock: Clock = time
    randomness: Callable[[int], bytes] = secrets.token_bytes

    def authorization(self, method: str, target: str, audience: str, body_sha256: str = EMPTY_SHA256) -> str:
        return f"{_ED25519} {_printed(self.signed(method, target, audience, body_sha256), 'NodeId')}"

    def signed(self, method: str, target: str, audience: str, body_sha256: str) -> Signed:
        timestamp, nonce = now_text(self.clock), encoded(self.randomness(_NONCE_BYTES))
        text = canonical_string(self.signer, method, target, timestamp, nonce, audience, body_sha256)
        return Signed("ed25519", self.signer, timestamp, nonce, body_sha256, self.key.sign(text).hex())


def proof(keys: NodeKeys, method: str, target: str, audience: str, body_sha256: str) -> str:
    """The value of `MosaicFS-Proof`: who asks holds the private half of the key that it wants to be known by."""
    return _printed(KeySigner(keys.public_key, keys.signing).signed(method, target, audience, body_sha256), "PublicKey")


def _printed(signed: Signed, name: SignerName) -> str:
    names = (name, *_REST, "Signature")
    return ", ".join(f"{each}={value}" for each, value in zip(names, signed[1:], strict=True))
