"""The line to the control plane: TLS that trusts the joined instance alone, and a signature on every request.

The address may be any that is known; who answers there must prove the control plane's fixed name to the authority that
was handed over when this machine joined. Where that fails nothing is sent.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Final

import httpcore
import httpx

from mosaicfs.errors import ConfigError
from mosaicfs.identity.authority import CONTROL_PLANE_NAME
from mosaicfs.identity.tls import client_context
from mosaicfs_sync.carrier import CONNECT_S, SILENCE_S, HttpPeer, closing_after
from mosaicfs_sync.clocks import Clocks
from mosaicfs_sync.exchange import Asking
from mosaicfs_sync.membership import AUTHORITIES, Membership
from mosaicfs_sync.tls_backend import ClosingBackend

DATABASE: Final = "/api/replication/mosaicfs"
CONNECTIONS: Final = 16
"""More than replication has under way at once: a wait, and eight requests."""


class Signature(httpx.Auth):
    """Signs each attempt anew: a nonce is good once."""

    requires_request_body = True

    def __init__(self, member: Membership) -> None:
        self._member = member

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        target = request.url.raw_path.decode("ascii")
        digest = sha256(request.content).hexdigest()
        signed = self._member.signer.authorization(request.method, target, self._member.audience, digest)
        request.headers["Authorization"] = signed
        yield request


class PinnedTransport(httpx.AsyncHTTPTransport):
    """Asks for the fixed name and verifies it, whatever stands in the address."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        super().__init__(verify=trust, trust_env=False)
        # There is no public way to say how connections are made.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust, max_connections=CONNECTIONS, network_backend=ClosingBackend()
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": CONTROL_PLANE_NAME}
        return await super().handle_async_request(request)


@asynccontextmanager
async def open_client(member: Membership, *, silence_s: float = SILENCE_S) -> AsyncIterator[httpx.AsyncClient]:
    """No proxy, no redirect, no cookie, no trust store of the system."""
    try:
        trust = client_context(member.trusted)
    except OSError as broken:
        place = str(member.files.place(AUTHORITIES))
        raise ConfigError(place, f"it cannot be read as certificates ({broken}). Join again: mosaicfs join") from broken
    timeout = httpx.Timeout(silence_s, connect=CONNECT_S, pool=None)
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
    transport = PinnedTransport(trust)
    async with httpx.AsyncClient(
        transport=transport, timeout=timeout, headers=headers, auth=Signature(member), trust_env=False
    ) as client:
        yield client


@asynccontextmanager
async def open_peer(member: Membership, clocks: Clocks) -> AsyncIterator[HttpPeer]:
    """The database of the control plane, for replication."""
    async with open_client(member) as client:
        peer = HttpPeer(client, member.url + DATABASE, compress=True, on_reply=clocks.heard)
        async with closing_after(peer):
            yield peer


@asynccontextmanager
async def open_asking(member: Membership, clocks: Clocks) -> AsyncIterator[Asking]:
    """The API of the control plane."""
    async with open_client(member) as client:
        yield Asking(client, member.url, clocks.heard)
