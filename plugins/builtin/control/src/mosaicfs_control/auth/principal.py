"""Who calls, once it is proven; the rooms behind the front know nothing of tokens and signatures.

A principal travels in the scope of its request. What it may ask of the API is its `scope`, what it may read and write
by replication is its `role`.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Literal

from mosaicfs.model.role import BROWSER, CONTROL, MIRROR, Role, node_role

Kind = Literal["nobody", "owner", "access_key", "node", "session", "machine"]
Scope = Literal["", "read", "full", "metrics", "mirror"]

_PRINCIPAL = "mosaicfs.principal"
_BODY = "mosaicfs.body_sha256"
_SOURCE = "mosaicfs.source"


@dataclass(frozen=True, slots=True)
class Principal:
    """`name` is an access key id, a node id or `owner`. `token_id` is the JWT's, so that it can be revoked.

    A `session` is a browser's for the replication protocol alone; a `machine` is a key of scope `metrics` or `mirror`.
    """

    kind: Kind
    name: str = ""
    scope: Scope = ""
    token_id: str = ""
    expires_at: float | None = None

    @property
    def may_read(self) -> bool:
        """What the client API shows."""
        return self.scope in ("read", "full")

    @property
    def may_change(self) -> bool:
        return self.scope == "full"

    @property
    def role(self) -> Role | None:
        """What it is for the replication protocol; None where it has no business there."""
        match self.kind:
            case "owner":
                return CONTROL
            case "node":
                return node_role(self.name)
            case "session":
                return BROWSER
            case "machine" if self.scope == "mirror":
                return MIRROR
        return None


NOBODY = Principal("nobody")
OWNER = Principal("owner", "owner", "full")


def put(scope: MutableMapping[str, Any], principal: Principal, *, source: str = "", body_sha256: str = "") -> None:
    """`body_sha256` is what a signature says of the body, which must be found so before anything is done with it."""
    scope[_PRINCIPAL], scope[_SOURCE], scope[_BODY] = principal, source, body_sha256


def of(scope: Any) -> Principal:
    found: Principal = scope.get(_PRINCIPAL, NOBODY)
    return found


def source_of(scope: Any) -> str:
    """The address that a request came from, or `local`."""
    return str(scope.get(_SOURCE, ""))


def body_sha256_of(scope: Any) -> str:
    return str(scope.get(_BODY, ""))
