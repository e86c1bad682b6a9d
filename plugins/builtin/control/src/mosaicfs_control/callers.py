"""Who calls, as long as the control plane has no login of its own: processes of this machine that can read a key file.

The user name of HTTP Basic is the role (`control`, `mirror`, `browser`, `node:<node_id>`), the password is derived from
the name and `<state>/keys/replication.key`. Whoever can read that file is the owner. Signatures of nodes and sessions
of the web page will take this file's place, not join it.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from mosaicfs.model.role import BROWSER, CONTROL, MIRROR, Role, node_role
from mosaicfs_control.errors import RefusedError
from mosaicfs_control.keys import own_key

_NODE = re.compile(r"node:([a-z0-9][a-z0-9-]{0,62})")
_ROLES = {str(role): role for role in (CONTROL, MIRROR, BROWSER)}


def key_file(state: Path) -> Path:
    return state / "keys" / "replication.key"


def replication_key(state: Path) -> bytes:
    return own_key(key_file(state))


def password(key: bytes, user: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, user.encode(), "sha256")).rstrip(b"=").decode()


def caller(key: bytes, headers: Mapping[str, str]) -> Role | None:
    """None without an `Authorization`; `RefusedError` for one that is wrong, which never counts as none."""
    given = headers.get("authorization")
    if given is None:
        return None
    user, secret = _basic(given)
    role = _role(user)
    if role is None or not hmac.compare_digest(secret.encode(), password(key, user).encode()):
        raise unauthorized("Name or password is incorrect.")
    return role


def unauthorized(reason: str) -> RefusedError:
    return RefusedError("unauthorized", reason, {"www-authenticate": 'Basic realm="MosaicFS", charset="UTF-8"'})


def body_of(refused: RefusedError) -> bytes:
    """A refused login also says what time it is here, so that a wrong clock can be seen."""
    body = {"error": refused.error, "reason": refused.reason}
    if refused.error == "unauthorized":
        body["server_time"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return msgspec.json.encode(body)


def require_this_machine(headers: Mapping[str, str]) -> None:
    """A page of another site that points its own name at this machine is turned away by the name it asks for."""
    if not _is_loopback("//" + headers.get("host", "")):
        raise RefusedError("misdirected", "This server answers to names of this machine only.")
    if not _is_loopback(headers.get("origin", "http://localhost")):
        raise RefusedError("forbidden", "Pages of other sites may not call this server.")


def _is_loopback(url: str) -> bool:
    """By the text alone: what a name resolves to is what an attacker would choose."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _basic(given: str) -> tuple[str, str]:
    scheme, _, coded = given.partition(" ")
    if scheme.lower() != "basic":
        raise unauthorized("Only HTTP Basic is understood here.")
    try:
        user, colon, secret = b64decode(coded.strip(), validate=True).decode().rpartition(":")
    except (BadBase64, UnicodeDecodeError):
        user, colon, secret = "", "", ""
    if not colon:
        raise unauthorized("The Authorization header is malformed.")
    return user, secret


def _role(user: str) -> Role | None:
    if found := _NODE.fullmatch(user):
        return node_role(found[1])
    return _ROLES.get(user)
