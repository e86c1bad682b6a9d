"""Who reads or writes documents. What each may is in `documents/scopes.py`."""

from __future__ import annotations

from typing import Literal, NamedTuple

RoleKind = Literal["control", "node", "browser", "mirror", "upstream"]


class Role(NamedTuple):
    """`node_id` is set for `node` only. `upstream` is a node's own pull task: the server has judged already."""

    kind: RoleKind
    node_id: str = ""

    def __str__(self) -> str:
        return f"node:{self.node_id}" if self.kind == "node" else self.kind


CONTROL = Role("control")
BROWSER = Role("browser")
MIRROR = Role("mirror")
UPSTREAM = Role("upstream")


def node_role(node_id: str) -> Role:
    return Role("node", node_id)
