"""A node at the other end with real TLS, which answers whatever a test wants: the truth, a lie, or nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path

import trio
from msgspec import structs

from mosaicfs import revise
from mosaicfs.identity.authority import Authority, csr, node_name
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import NodeKeys, node_keys
from mosaicfs.identity.private_keys import tls_key
from mosaicfs.identity.signatures import audience, fits_ed25519, parsed
from mosaicfs.identity.tls import server_context
from mosaicfs.model.entry import Entry, version_tag
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.node import Node, Transfer
from mosaicfs.model.role import CONTROL
from mosaicfs.wire.byte_requests import asked_for, content_range, digest_field
from mosaicfs_sdk.fakes.kernel import FakeKernel, FakePlaces
from mosaicfs_tiers.owning_node.line import Patience
from mosaicfs_tiers.owning_node.tier import Peers, open_peers

INSTANCE = "0194f3c2-7a10-7c3e-9b55-2f6d1e8a4c70"
NAS, LAPTOP = "node-nas", "node-laptop"
CONTENT = bytes(range(256)) * 20
LARGE = bytes(range(251)) * 10_000
"""More than comes with the answer that opens a file."""
FILE = "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f"
LONG_S = 20.0
"""For whatever a busy machine may take; who tries out an impatient one says of what."""

Answer = Callable[["Asked", trio.abc.Stream], Awaitable[None]]


@dataclass
class Asked:
    """One request as the node received it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def start(self) -> int:
        return int(self.headers["range"].removeprefix("bytes=").split("-")[0]) if "range" in self.headers else 0


def an_entry(content: bytes = CONTENT, *, size_known: bool = True, digest: str | None = None) -> Entry:
    return Entry(
        file_id=FILE,
        node_id=NAS,
        export_path="/data/report.pdf",
        name="report.pdf",
        size=len(content) if size_known else 0,
        mtime="2026-01-15T14:30:00.123456Z",
        size_known=size_known,
        digest=digest,
    )


def tag_of(entry: Entry, size: int | None = None) -> str:
    return version_tag(entry.file_id, entry.size if size is None else size, entry.mtime, entry.version)


@dataclass
class Told:
    """An answer as an honest node would give it; a liar changes some of it first."""

    status: str
    headers: dict[str, str]
    body: bytes

    @property
    def head(self) -> bytes:
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return f"HTTP/1.1 {self.status}\r\n{lines}\r\n".encode()

    @property
    def raw(self) -> bytes:
        return self.head + self.body


def honest(asked: Asked, content: bytes = CONTENT, tag: str | None = None) -> Told:
    tag = tag_of(an_entry(content)) if tag is None else tag
    wanted = asked_for(asked.headers, tag, len(content))
    if wanted.decision == "other_version":
        return Told("412 Precondition Failed", {"Content-Length": "0"}, b"")
    if wanted.decision == "beyond":
        told = {"Content-Length": "0", "ETag": tag, "Content-Range": content_range(wanted, len(content))}
        return Told("416 Range Not Satisfiable", told, b"")
    body = content[wanted.start : wanted.end]
    headers = {"ETag": tag, "Content-Length": str(len(body))}
    if wanted.decision == "whole":
        return Told("200 OK", {**headers, "Repr-Digest": digest_field(sha256(body).digest())}, body)
    headers["Content-Range"] = content_range(wanted, len(content))
    return Told("206 Partial Content", {**headers, "Content-Digest": digest_field(sha256(body).digest())}, body)


@dataclass
class Nas:
    """`answer` is asked for each request; `handshakes` and `asked` say what came."""

    root: Path
    kernel: FakeKernel
    files: KeyFiles
    authority: Authority
    laptop: NodeKeys
    nursery: trio.Nursery
    patience: Patience
    answer: Answer
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    received: int = 0
    document: Node | None = None

    async def serve(self, files: KeyFiles | None = None) -> str:
        """The endpoint. `files` are those of an impostor."""
        context = server_context(files or self.files, pair="node_tls" if files is None else "server")
        serving = partial(trio.serve_ssl_over_tcp, self._serve, 0, context, host="127.0.0.1", https_compatible=True)
        listeners = await self.nursery.start(serving)
        return f"127.0.0.1:{listeners[0].transport_listener.socket.getsockname()[1]}"

    async def know(self, *endpoints: str, **changed: object) -> None:
        transfer = Transfer(endpoint=endpoints[0], endpoints=endpoints, protocol="https") if endpoints else None
        node = Node(
            node_id=NAS,
            friendly_name="NAS",
            platform="linux",
            version="0.1.0",
            status="online",
            last_heartbeat="2026-01-15T14:30:00Z",
            vfs_capable=False,
            capabilities=(),
            watch_paths=(),
            transfer=transfer,
        )
        known = structs.replace(node, **changed)
        await revise(self.kernel.store, node_doc_id(NAS), CONTROL, Node, lambda _: known)

    @property
    def tier(self) -> Peers:
        peers = open_peers(self.kernel)
        peers.patience = self.patience
        return peers

    async def read(self, offset: int = 0, length: int = len(CONTENT), entry: Entry | None = None) -> bytes:
        """One open and one read of it, as the content room would."""
        entry, tier = entry or an_entry(), self.tier
        offer = await tier.offer(entry)
        assert offer is not None
        handle = await tier.open(entry, offer)
        try:
            return await handle.read(offset, length)
        finally:
            await handle.close()

    async def _serve(self, stream: trio.SSLStream[trio.SocketStream]) -> None:
        self.connections += 1
        try:
            while (asked := await self._next(stream)) is not None:
                self.asked.append(asked)
                assert fits_ed25519(
                    parsed(asked.headers["authorization"]),
                    self.laptop.public_key,
                    asked.method,
                    asked.target,
                    audience(INSTANCE, NAS),
                )
                assert parsed(asked.headers["authorization"]).body_sha256 == sha256(asked.body).hexdigest()
                assert asked.headers["host"] == node_name(NAS)
                await self.answer(asked, stream)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass

    async def _next(self, stream: trio.SSLStream[trio.SocketStream]) -> Asked | None:
        head = b""
        while b"\r\n\r\n" not in head:
            some = await stream.receive_some()
            self.received += len(some)
            if not some:
                return None
            head += some
        head, _, body = head.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").strip().split("\r\n")
        method, target, _ = line.split(" ")
        headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += await stream.receive_some()
        return Asked(method, target, headers, body)


async def truth(asked: Asked, stream: trio.abc.Stream) -> None:
    await stream.send_all(honest(asked).raw)


@asynccontextmanager
async def running_nas(root: Path) -> AsyncIterator[Nas]:
    """Served on loopback and known to the laptop, which is the kernel here."""
    ground, files = KeyFiles(root / "ground"), KeyFiles(root / "nas")
    authority = Authority.open(ground)
    files.write("ca.crt", authority.certificate_pem.encode())
    files.write("node_tls.crt", authority.node_certificate(csr(tls_key(files, "node_tls.key")), NAS).encode())
    kernel = FakeKernel(FakePlaces(root / "laptop"), LAPTOP)
    own = KeyFiles(kernel.places.state_dir / "keys")
    own.write("ca.crt", authority.certificate_pem.encode())
    (kernel.places.state_dir / "instance_id").write_text(INSTANCE)
    patience = Patience(LONG_S, LONG_S, LONG_S, LONG_S)
    async with trio.open_nursery() as nursery:
        found = Nas(root, kernel, files, authority, node_keys(own), nursery, patience, truth)
        await found.know(await found.serve())
        yield found
        nursery.cancel_scope.cancel()
