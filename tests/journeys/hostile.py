"""What a hostile caller has: the address of a running server, sockets of its own, and as many addresses as it likes.

Loopback is a whole network, so that a test is counted under an address of its own and never meets another's limits.
"""

from __future__ import annotations

import itertools
import json
import socket
import ssl
import subprocess
from collections.abc import Generator, Mapping
from contextlib import ExitStack, suppress
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Any

import httpx

from mosaicfs.identity.access_keys import signing_key
from mosaicfs.identity.node_keys import NodeKeys
from mosaicfs.identity.signatures import HmacSigner, KeySigner, Signer, audience, proof
from mosaicfs.identity.tls import client_context
from tests.journeys.conftest import free_port
from tests.journeys.machine import PROGRAM, Machine

PATIENCE_S = 60
DATABASE = "/api/replication/mosaicfs"

_numbers = itertools.count(2)


def address() -> str:
    """Of loopback, and nobody's yet."""
    number = next(_numbers)
    return f"127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Signing(httpx.Auth):
    """Each request is signed as it is sent; `body` stands for what is signed where it is not what is sent."""

    requires_request_body = True

    def __init__(self, signer: Signer, asked: str, body: bytes | None = None) -> None:
        self._signer = signer
        self._audience = asked
        self._body = body

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        digest = sha256(request.content if self._body is None else self._body).hexdigest()
        target = request.url.raw_path.decode()
        request.headers["authorization"] = self._signer.authorization(request.method, target, self._audience, digest)
        yield request


class Key:
    """An access key that its owner made."""

    def __init__(self, made: Mapping[str, str]) -> None:
        self.id = made["key_id"]
        self.secret = made["secret_key"]

    @property
    def login(self) -> dict[str, str]:
        return {"access_key_id": self.id, "secret_key": self.secret}

    def signer(self, ahead_s: float = 0) -> HmacSigner:
        return HmacSigner(self.id, signing_key(self.id, self.secret), lambda: time() + ahead_s)


class Scene:
    """A machine with `mosaicfs up` and TLS, `owner` at its socket, and callers from outside."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.machine = Machine(folder / "desk")
        self._stack = stack
        self.port, self.tls_port = free_port(), free_port()
        listen = f"http://127.0.0.1:{self.port},https://127.0.0.1:{self.tls_port}"
        self.machine.environment["MOSAICFS_SERVER_LISTEN"] = listen
        self.state = folder / "desk" / "state" / "mosaicfs"
        self.start()
        stack.callback(self.machine.close)
        self.url, self.tls_url = f"http://127.0.0.1:{self.port}", f"https://127.0.0.1:{self.tls_port}"
        self.context = client_context((self.state / "keys" / "ca.crt").read_text())
        door = httpx.HTTPTransport(uds=str(self.machine.runtime / "api.sock"))
        self.owner = stack.enter_context(httpx.Client(transport=door, base_url="http://localhost", timeout=PATIENCE_S))
        self.instance_id = str(self.owner.get("/api/identity").json()["instance_id"])

    def start(self) -> None:
        self.machine.up()

    def kill(self) -> None:
        self.machine.close()

    def caller(self, authorization: httpx.Auth | str | None = None, *, tls: bool = True) -> httpx.Client:
        """From an address that nobody has called from before."""
        transport = httpx.HTTPTransport(verify=self.context, local_address=address())
        headers = {"authorization": authorization} if isinstance(authorization, str) else {}
        client = httpx.Client(
            transport=transport,
            base_url=self.tls_url if tls else self.url,
            auth=authorization if isinstance(authorization, httpx.Auth) else None,
            headers=headers,
            timeout=PATIENCE_S,
        )
        return self._stack.enter_context(client)

    def key(self, scope: str = "full") -> Key:
        made = self.owner.post("/api/credentials", json={"name": f"a key of {scope}", "scope": scope})
        return Key(made.raise_for_status().json())

    def signing(self, signer: Signer, who: str = "control_plane", body: bytes | None = None) -> Signing:
        return Signing(signer, audience(self.instance_id, who), body)

    def signed(self, key: Key) -> httpx.Client:
        return self.caller(self.signing(key.signer()))

    def login(self, key: Key) -> dict[str, Any]:
        answer: dict[str, Any] = self.caller().post("/api/auth/login", json=key.login).raise_for_status().json()
        return answer

    def invite(self, **bound: str) -> str:
        made = self.owner.post("/api/nodes/join-codes", json=bound).raise_for_status()
        return str(made.json()["code"])

    def join(self, code: str, keys: NodeKeys, proving: NodeKeys | None = None, **body: str) -> httpx.Response:
        wanted = {
            "friendly_name": "attic",
            "platform": "linux",
            "public_key": keys.public_key,
            "sealing_key": keys.sealing_key,
            "csr": certificate_request(),
            **body,
        }
        content = json.dumps(wanted).encode()
        digest = sha256(content).hexdigest()
        asked = audience(self.instance_id)
        shown = proof(proving or keys, "POST", "/api/nodes", asked, digest)
        if proving is not None:
            shown = shown.replace(proving.public_key, keys.public_key)
        headers = {
            "authorization": f"MOSAICFS-JOIN Code={code}",
            "mosaicfs-proof": shown,
            "content-type": "application/json",
        }
        return self.caller().post("/api/nodes", content=content, headers=headers)

    def node(self) -> tuple[str, KeySigner]:
        """One that has just joined, and how it signs."""
        keys = NodeKeys.new()
        joined = self.join(self.invite(), keys).raise_for_status().json()
        return joined["node_id"], KeySigner(joined["node_id"], keys.signing)

    def logs(self) -> str:
        """All that the machine has written for people, its audit log included."""
        every = [path for path in self.machine.folder.rglob("*") if path.is_file() and ".log" in path.name]
        return "\n".join(path.read_text(errors="replace") for path in every)


def certificate_request() -> str:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - only who joins needs it

    from mosaicfs.identity.authority import csr  # noqa: PLC0415 - likewise

    return csr(ec.generate_private_key(ec.SECP256R1()))


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Of either surface: the API says it in one shape, the replication protocol in another."""
    error = answer.json()["error"]
    return answer.status_code, error if isinstance(error, str) else error["code"]


def connected(port: int, context: ssl.SSLContext | None = None) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), PATIENCE_S, (address(), 0))
    return plain if context is None else context.wrap_socket(plain, server_hostname="control-plane.mosaicfs.internal")


def told(connection: socket.socket) -> bytes:
    """All until the server ends it."""
    found = b""
    with suppress(ConnectionError, ssl.SSLError):
        while part := connection.recv(65_536):
            found += part
    return found


def asked_raw(port: int, head: bytes, body: bytes = b"") -> bytes:
    """The whole answer to bytes that no client would send."""
    with connected(port) as connection:
        with suppress(ConnectionError):
            connection.sendall(head + body)
            connection.shutdown(socket.SHUT_WR)
        return told(connection)


def typed(machine: Machine, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *arguments],
        env={**machine.environment, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
