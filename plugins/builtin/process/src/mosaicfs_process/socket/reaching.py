"""How the agent gets to a plugin: a Unix socket of this machine, or TLS to another one with one certificate alone.

Nothing is sent before it is known who is there: the user at the socket, or the certificate.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol

import trio

from mosaicfs import RefusedError
from mosaicfs.model.configuration import PluginsSettings
from mosaicfs.model.json import Json
from mosaicfs.model.plugin import Plugin
from mosaicfs_process.exchange import Facts
from mosaicfs_process.socket.peer import refuse_strangers

TOKEN = "token"  # noqa: S105 - the name of an option
_DIGITS = frozenset("0123456789abcdef")


class Reach(Protocol):
    @property
    def shares_disk(self) -> bool:
        """Whether a path of this machine means something there."""

    async def stream(self) -> trio.abc.Stream:
        """Connected, and known. `OSError`, or an error of ours."""

    def greeting(self, config: Mapping[str, Json]) -> Facts:
        """What is told of the options in `hello`."""


@dataclass(frozen=True, slots=True)
class Near:
    path: Path
    settings: PluginsSettings
    shares_disk: bool = True

    async def stream(self) -> trio.abc.Stream:
        stream: trio.SocketStream = await trio.open_unix_socket(self.path)
        try:
            refuse_strangers(stream, self.path, self.settings.socket_users)
        except BaseException:
            await trio.aclose_forcefully(stream)
            raise
        return stream

    def greeting(self, config: Mapping[str, Json]) -> Facts:
        return {"config": dict(config)}


class Address(NamedTuple):
    host: str
    port: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Far:
    """`document` may be of any making: what is wrong with it is refused when it is used."""

    document: Plugin
    shares_disk: bool = False

    async def stream(self) -> trio.abc.Stream:
        address = address_in(self.document)
        tcp = await trio.open_tcp_stream(address.host, address.port)
        stream = trio.SSLStream(tcp, _context(), server_hostname=address.host, https_compatible=True)
        try:
            await stream.do_handshake()
            _require(address, stream.getpeercert(binary_form=True))
        except BaseException:
            await trio.aclose_forcefully(stream)
            raise
        return stream

    def greeting(self, config: Mapping[str, Json]) -> Facts:
        told = {name: value for name, value in config.items() if name != TOKEN}
        token = config.get(TOKEN)
        return {"config": told, **({TOKEN: token} if isinstance(token, str) else {})}


def address_in(document: Plugin) -> Address:
    """`RefusedError` names what is missing. Without a fingerprint nobody is trusted, also not on this machine."""
    host, _, port = (document.socket_address or "").rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise RefusedError(f"socket_address {(document.socket_address or '')[:200]!r} is no host:port")
    fingerprint = (document.tls_fingerprint or "").lower().replace(":", "").removeprefix("sha256")
    if len(fingerprint) != 2 * sha256().digest_size or not _DIGITS.issuperset(fingerprint):
        raise RefusedError("tls_fingerprint must be the SHA-256 of its certificate, 64 hexadecimal digits")
    return Address(host, int(port), fingerprint)


def _context() -> ssl.SSLContext:
    """The fingerprint is the proof; who signed the certificate, and for which name, does not matter beside it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _require(address: Address, certificate: bytes | None) -> None:
    shown = sha256(certificate or b"").hexdigest()
    if shown != address.fingerprint:
        raise RefusedError(
            f"another certificate answers at {address.host}:{address.port}: {shown}. Nothing was sent. "
            "If it is right, set tls_fingerprint to it"
        )
