"""Asking a control plane over HTTPS from a machine on which nothing runs yet: who joins, and the command line.

It is trusted in one of two ways: by the instance's own authority and its fixed name, whatever the address; or, where no
authority is known, by the trust store of the system and the name in the address. There is no third.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from mosaicfs.errors import (
    BadAddressError,
    PeerGarbledError,
    RefusedError,
    ServerUnreachableError,
    ServerUntrustedError,
    TimedOutError,
    WrongFingerprintError,
)

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

TIMEOUT_S = 30.0
MOST_BYTES = 16 << 20

_HTTPS = 443
_FINGERPRINT = 64
_NOTHING: Mapping[str, str] = MappingProxyType({})


class ServerAddress(NamedTuple):
    """`fingerprint` is empty where nobody named one."""

    host: str
    port: int
    fingerprint: str = ""

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}"


def read_address(text: str) -> ServerAddress:
    """`https://host:port`, behind which `#` and the fingerprint of the authority may stand."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as cause:
        raise BadAddressError(text, str(cause)) from None
    if parts.scheme != "https" or not host:
        raise BadAddressError(text, "it does not begin with https:// and a name")
    if parts.path.strip("/") or parts.query or parts.username is not None:
        raise BadAddressError(text, "nothing but a port and a fingerprint may stand behind the name")
    fingerprint = parts.fragment.lower().replace(":", "")
    if fingerprint and (len(fingerprint) != _FINGERPRINT or set(fingerprint) - set("0123456789abcdef")):
        raise BadAddressError(text, "a fingerprint has 64 hexadecimal digits")
    return ServerAddress(host, port or _HTTPS, fingerprint)


class Server(NamedTuple):
    """A control plane and how it is known. `ca_pem` is its own authority; empty means the trust store of the system."""

    address: ServerAddress
    ca_pem: str = ""

    @property
    def url(self) -> str:
        return self.address.url

    def connection(self, timeout_s: float) -> HTTPConnection:
        return _SecureConnection(self, timeout_s)


class _SecureConnection(HTTPConnection):
    """The header `Host` has the address; who is proven is the authority's fixed name, or else the same address."""

    default_port = _HTTPS

    def __init__(self, server: Server, timeout_s: float) -> None:
        super().__init__(server.address.host, server.address.port, timeout=timeout_s)
        self._server = server

    def connect(self) -> None:
        """Nothing is sent before the certificate is proven. `ServerUntrustedError` when it is not."""
        context, name = _trust(self._server)
        plain = socket.create_connection((self.host, self.port), self.timeout)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sock = context.wrap_socket(plain, server_hostname=name)
        except ssl.SSLError as cause:
            plain.close()
            raise ServerUntrustedError(self._server.url, _said(cause)) from None
        except BaseException:
            plain.close()
            raise


def _trust(server: Server) -> tuple[ssl.SSLContext, str]:
    if not server.ca_pem:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context, server.address.host
    from mosaicfs.identity.authority import CONTROL_PLANE_NAME  # noqa: PLC0415 - the other way needs none of it
    from mosaicfs.identity.tls import client_context  # noqa: PLC0415 - as above

    context = client_context(server.ca_pem)
    context.set_alpn_protocols(["http/1.1"])
    return context, CONTROL_PLANE_NAME


def _said(cause: ssl.SSLError) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message.rstrip(".")
    return (cause.reason or "it does not speak TLS").lower().replace("_", " ")


async def pinned_server(address: ServerAddress) -> Server:
    """The server behind an address, if an authority of that fingerprint vouches for it. `WrongFingerprintError`."""
    from hashlib import sha256  # noqa: PLC0415 - who has a CA already needs none of this

    from mosaicfs.identity.tls import presented_chain  # noqa: PLC0415 - as above

    try:
        chain = await presented_chain(address.host, address.port)
    except ssl.SSLError as cause:
        raise ServerUntrustedError(address.url, _said(cause)) from None
    except OSError as cause:
        raise ServerUnreachableError(address.url, cause.strerror or str(cause)) from None
    found = {sha256(der).hexdigest(): der for der in chain}
    if address.fingerprint not in found:
        last = sha256(chain[-1]).hexdigest() if chain else ""
        raise WrongFingerprintError(address.url, address.fingerprint, last)
    return Server(address, ssl.DER_cert_to_PEM_cert(found[address.fingerprint]))


def ask_server(
    server: Server,
    method: str,
    target: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] = _NOTHING,
    timeout_s: float = TIMEOUT_S,
) -> JsonObject:
    """The object that one call answers; blocking. `RefusedError` with the code of the API when it is an error."""
    connection = server.connection(timeout_s)
    sent = {"Accept": "application/json", **({"Content-Type": "application/json"} if body else {}), **headers}
    try:
        connection.request(method, target, body=body or None, headers=sent)
        response = connection.getresponse()
        is_error, answer = response.status >= _ERRORS, response.read(MOST_BYTES)
    except (OSError, HTTPException) as cause:
        raise call_trouble(server.url, cause, timeout_s) from None
    finally:
        connection.close()
    return read_answer(server.url, answer, is_error=is_error)


_ERRORS = 300
"""A signed request follows no redirect, so one is no answer."""


def call_trouble(who: str, cause: OSError | HTTPException, timeout_s: float) -> Exception:
    """What went wrong on the way, in words. A server that is not proven has been told already, when connecting."""
    match cause:
        case TimeoutError():
            return TimedOutError(who, timeout_s)
        case ssl.SSLError():
            return ServerUnreachableError(who, "the connection broke")
        case HTTPException():
            return PeerGarbledError(who, type(cause).__name__)
    return ServerUnreachableError(who, cause.strerror or str(cause))


def read_answer(who: str, body: bytes, *, is_error: bool) -> JsonObject:
    """Nothing is an empty object; what is no object at all makes no sense."""
    try:
        answer = json.loads(body) if body else {}
    except ValueError:
        raise PeerGarbledError(who, "it is not JSON") from None
    if not isinstance(answer, dict):
        raise PeerGarbledError(who, "it is not an object")
    if is_error or "error" in answer:
        raise refused(who, answer)
    return answer


def refused(who: str, answer: JsonObject) -> RefusedError:
    error = answer.get("error")
    error = error if isinstance(error, Mapping) else {}
    code, message, detail = (error.get(name) for name in ("code", "message", "detail"))
    code = code if isinstance(code, str) and code else "internal"
    said = message if isinstance(message, str) and message else f"{who} refused: {code}."
    return RefusedError(code, said, detail if isinstance(detail, Mapping) else None)
