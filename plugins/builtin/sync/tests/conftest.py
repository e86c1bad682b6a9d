"""Small servers that answer as badly as a network can, and one that an instance vouches for."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
import trio

from mosaicfs.identity.authority import CONTROL_PLANE_NAME, Authority, csr
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import NodeKeys, node_keys
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.identity.signatures import KeySigner, Signed, fits_ed25519, parsed
from mosaicfs.identity.tls import server_context
from mosaicfs_sync.membership import Membership

Answer = Callable[[bytes, trio.SocketStream], Awaitable[None]]
Serve = Callable[[Answer], Awaitable[str]]

INSTANCE = "0194f3c2-7a10-7c3e-9b55-2f6d1e8a4c70"
NODE = "node-n"


@pytest.fixture
async def served() -> AsyncIterator[Serve]:
    """Serves one request a connection with raw bytes; answers the URL of a database there."""
    async with trio.open_nursery() as nursery:

        async def serve(answer: Answer) -> str:
            listeners = await nursery.start(partial(trio.serve_tcp, partial(_one, answer), 0, host="127.0.0.1"))
            port = listeners[0].socket.getsockname()[1]
            return f"http://node%3An:secret@127.0.0.1:{port}/mosaicfs"

        yield serve
        nursery.cancel_scope.cancel()


async def _one(answer: Answer, stream: trio.SocketStream) -> None:
    request = await _request(stream)
    try:
        await answer(request, stream)
        await stream.aclose()
    except trio.BrokenResourceError:
        pass  # the carrier hung up on us, as it should


async def _request(stream: trio.abc.Stream) -> bytes:
    """The head and as much of the body as it announces."""
    request = b""
    while b"\r\n\r\n" not in request:
        if not (some := await stream.receive_some()):
            return request
        request += some
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < sum(lengths):
        body += await stream.receive_some()
    return head + b"\r\n\r\n" + body


@dataclass
class Asked:
    """One request as the server of an instance received it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def signed(self) -> Signed:
        return parsed(self.headers["authorization"])


Respond = Callable[[Asked], tuple[str, bytes]]
"""The status line and the body."""


@dataclass
class Instance:
    """A control plane that does nothing by itself: a real authority, real TLS, and what it was asked."""

    server: KeyFiles
    node: KeyFiles
    keys: NodeKeys
    nursery: trio.Nursery
    port: int = 0
    respond: Respond = lambda _: ("200 OK", b"{}")
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    extra_headers: str = ""

    async def serve(self, files: KeyFiles | None = None) -> None:
        context = server_context(files or self.server)
        serving = partial(trio.serve_ssl_over_tcp, self._answer, 0, context, host="127.0.0.1", https_compatible=True)
        listeners = await self.nursery.start(serving)
        self.port = listeners[0].transport_listener.socket.getsockname()[1]

    @property
    def member(self) -> Membership:
        return Membership(
            f"https://127.0.0.1:{self.port}", NODE, INSTANCE, self.node, KeySigner(NODE, self.keys.signing)
        )

    def is_proven(self, asked: Asked) -> bool:
        fits = fits_ed25519(asked.signed, self.keys.public_key, asked.method, asked.target, self.member.audience)
        return fits and asked.signed.body_sha256 == sha256(asked.body).hexdigest()

    async def _answer(self, stream: trio.SSLStream[trio.SocketStream]) -> None:
        self.connections += 1
        try:
            request = await _request(stream)
            if not request:
                return
            head, _, body = request.partition(b"\r\n\r\n")
            line, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
            method, target, _ = line.split(" ")
            self.asked.append(Asked(method, target, headers, body))
            status, answer = self.respond(self.asked[-1])
            told = (
                f"HTTP/1.1 {status}\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n{self.extra_headers}\r\n"
            )
            await stream.send_all(told.encode() + answer)
            await stream.aclose()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass


@pytest.fixture
async def instance(tmp_path: Path) -> AsyncIterator[Instance]:
    """That this node has joined. Not served yet."""
    server, node = KeyFiles(tmp_path / "server"), KeyFiles(tmp_path / "keys")
    authority = Authority.open(server)
    authority.server_pair(server, [CONTROL_PLANE_NAME])
    keys = node_keys(node)
    node.write("ca.crt", authority.certificate_pem.encode())
    node.write("control_plane.pub", b"ed25519:any")
    node.write("node_tls.crt", authority.node_certificate(csr(tls_key(node, "node_tls.key")), NODE).encode())
    async with trio.open_nursery() as nursery:
        yield Instance(server, node, keys, nursery)
        nursery.cancel_scope.cancel()
