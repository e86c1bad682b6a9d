"""A control plane, its nodes, a server that records and a client, all real and on loopback."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time

import trio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mosaicfs.identity.authority import CONTROL_PLANE_NAME, Authority, csr
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.private_keys import tls_key

NAMES = [CONTROL_PLANE_NAME, "localhost", "127.0.0.1"]


class Instance:
    """An authority and a control plane's files."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time) -> None:
        self.files = KeyFiles(folder)
        self.authority = Authority.open(self.files, clock)
        self.authority.server_pair(self.files, NAMES)

    @property
    def ca(self) -> str:
        return self.authority.certificate_pem

    def node(self, node_id: str) -> KeyFiles:
        """The files of a node that has joined: the leaf alone, as it is answered, and the authority beside it."""
        files = KeyFiles(self.files.folder / node_id)
        request = csr(tls_key(files, "node_tls.key"))
        files.write("node_tls.crt", self.authority.node_certificate(request, node_id).encode())
        files.write("ca.crt", self.ca.encode())
        return files


@dataclass
class Recording:
    """What arrived inside the encryption, connection by connection; None where it was never agreed on."""

    port: int = 0
    inside: list[bytes | None] = field(default_factory=list)


@asynccontextmanager
async def serving(context: ssl.SSLContext, host: str = "127.0.0.1") -> AsyncIterator[Recording]:
    """Every connection is over and recorded when this ends."""
    recording = Recording()

    async def serve(stream: trio.SocketStream) -> None:
        secure = trio.SSLStream(stream, context, server_side=True, https_compatible=True)
        inside: bytes | None = None
        try:
            await secure.do_handshake()
            inside = b""
            while heard := await secure.receive_some():
                inside += heard
                await secure.send_all(heard)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        recording.inside.append(inside)
        await trio.aclose_forcefully(stream)

    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host=host)
        recording.port = listeners[0].socket.getsockname()[1]
        listening = trio.CancelScope()

        async def listen() -> None:
            with listening:
                await trio.serve_listeners(serve, listeners, handler_nursery=nursery)

        nursery.start_soon(listen)
        try:
            yield recording
        finally:
            listening.cancel()


async def said(
    port: int, context: ssl.SSLContext, name: str | None = CONTROL_PLANE_NAME, host: str = "127.0.0.1"
) -> trio.SSLStream[trio.SocketStream]:
    """A connection over which a word went there and back. `ssl.SSLError` where it does not come to that."""
    stream = trio.SSLStream(
        await trio.open_tcp_stream(host, port), context, server_hostname=name, https_compatible=True
    )
    try:
        await stream.do_handshake()
        await stream.send_all(b"word")
        assert await stream.receive_some() == b"word"
    except trio.BrokenResourceError as broken:
        if isinstance(broken.__cause__, ssl.SSLError):
            raise broken.__cause__ from None
        raise ssl.SSLError("cut off") from broken
    finally:
        await trio.aclose_forcefully(stream)
    return stream


async def shown_leaf(port: int, context: ssl.SSLContext, name: str | None = CONTROL_PLANE_NAME) -> x509.Certificate:
    der = (await said(port, context, name)).getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(der)


def own_pair(folder: Path, name: str, *, rsa: bool = False) -> tuple[Path, Path]:
    """What an owner might have from elsewhere; it vouches for itself."""
    key = generate_rsa(65537, 2048) if rsa else generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    certificate, private = folder / "own.crt", folder / "own.key"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private
