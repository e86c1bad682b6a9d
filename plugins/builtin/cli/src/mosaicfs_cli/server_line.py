"""The line to a control plane on another machine: TLS that is proven first, and every request signed by an access key.

No token is kept and none is sent: a signature is good for one request at one server, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from mosaicfs import Server, ask_server, call_trouble, pinned_server, read_address
from mosaicfs_cli.errors import LogInFirstError, UsageError
from mosaicfs_cli.kept_login import ID_VARIABLE, Login, given_login, read_login
from mosaicfs_cli.reading import text

if TYPE_CHECKING:
    from mosaicfs.identity.signatures import Signer
    from mosaicfs_cli.client import Connection, Trouble
    from mosaicfs_cli.options import Call

AUTHORITIES = "ca.crt"


class ServerLine:
    def __init__(self, server: Server, signer: Signer, instance_id: str) -> None:
        from mosaicfs.identity.signatures import audience  # noqa: PLC0415 - the rest of it is not needed

        self.server = server
        self._signer = signer
        self._audience = audience(instance_id)

    def connection(self, timeout_s: float) -> Connection:
        return self.server.connection(timeout_s)

    def headers(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        signed = self._signer.authorization(method, target, self._audience, sha256(body).hexdigest())
        return {"Authorization": signed}

    def told(self, cause: Trouble, timeout_s: float) -> Exception:
        return call_trouble(self.server.url, cause, timeout_s)


def server_line(asked: Call, url: str) -> ServerLine:
    """To `url`, behind which a fingerprint may stand. Without an access key there is nothing to sign with."""
    config_file = asked.configured().places.config_file
    kept = read_login(config_file)
    login = given_login(asked.environment) or kept
    if login is None:
        raise LogInFirstError(url)
    server = trusted(asked, url, kept)
    is_known = kept is not None and kept.instance_id and kept.server_url == server.url
    instance = kept.instance_id if kept is not None and is_known else instance_of(server)
    return ServerLine(server, signer_of(login), instance)


def trusted(asked: Call, url: str, kept: Login | None = None) -> Server:
    """By the fingerprint that was named; else by the authority of the login or of this node; else by the system."""
    address = read_address(url)
    if address.fingerprint:
        import trio  # noqa: PLC0415 - only the first meeting needs it

        return trio.run(pinned_server, address)
    if kept is not None and kept.server_url == address.url:
        return Server(address, kept.ca)
    return Server(address, authorities(asked) or (kept.ca if kept is not None else ""))


def authorities(asked: Call) -> str:
    """Those of the instance that this machine has joined."""
    try:
        return (asked.configured().places.keys_dir / AUTHORITIES).read_text(encoding="ascii")
    except OSError:
        return ""


def instance_of(server: Server, timeout_s: float = 30.0) -> str:
    return text(ask_server(server, "GET", "/api/identity", timeout_s=timeout_s), "instance_id")


def signer_of(login: Login) -> Signer:
    from mosaicfs.identity.access_keys import is_access_key_id, signing_key  # noqa: PLC0415 - as above
    from mosaicfs.identity.signatures import HmacSigner  # noqa: PLC0415 - as above

    if not is_access_key_id(login.access_key_id):
        raise UsageError("login", f"an access key id looks like MOSAICFS_7F3A9B2C1D4E5F6A; see {ID_VARIABLE}")
    try:
        key = signing_key(login.access_key_id, login.secret_key)
    except UnicodeEncodeError:
        raise UsageError("login", "a secret key has letters, digits, - and _ only") from None
    return HmacSigner(login.access_key_id, key)
