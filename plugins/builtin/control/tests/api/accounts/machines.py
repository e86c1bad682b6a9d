"""Machines that want to join: their keys, their certificate requests, and how they sign."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from hashlib import sha256

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from mosaicfs.identity.authority import csr
from mosaicfs.identity.node_keys import NodeKeys
from mosaicfs.identity.signatures import KeySigner, Signer, audience
from mosaicfs.model.times import Clock


def certificate_request() -> str:
    return csr(ec.generate_private_key(ec.SECP256R1()))


CSR = certificate_request()


class Signing(httpx.Auth):
    """Each attempt at a request is signed anew."""

    requires_request_body = True

    def __init__(self, signer: Signer, instance_id: str, who: str = "control_plane") -> None:
        self.signer = signer
        self.audience = audience(instance_id, who)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        target, digest = request.url.raw_path.decode(), sha256(request.content).hexdigest()
        request.headers["authorization"] = self.signer.authorization(request.method, target, self.audience, digest)
        yield request


@dataclass
class Join:
    """`proving` are the keys that the proof is made with; a thief has others than those it names."""

    code: str | None = None
    keys: NodeKeys = field(default_factory=NodeKeys.new)
    proving: NodeKeys | None = None
    caller: httpx.AsyncClient | None = None
    late_s: float = 0.0

    def headers(self, body: bytes, instance_id: str, clock: Clock) -> dict[str, str]:
        login = {} if self.code is None else {"authorization": f"MOSAICFS-JOIN Code={self.code}"}
        return {**login, "mosaicfs-proof": self.proof("/api/nodes", body, instance_id, clock)}

    def proof(self, target: str, body: bytes, instance_id: str, clock: Clock) -> str:
        signer = KeySigner(
            self.keys.public_key, (self.proving or self.keys).signing, clock=lambda: clock() - self.late_s
        )
        said = signer.authorization("POST", target, audience(instance_id), sha256(body).hexdigest())
        return said.removeprefix("MOSAICFS-ED25519 ").replace("NodeId=", "PublicKey=", 1)
