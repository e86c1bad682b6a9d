"""How a machine becomes a node: its keys, the id that it gets, and what is written down of it.

That it may join at all, by a code or by an access key, is settled by the route. A node's keys change here and nowhere
else: by joining anew with a code that is bound to it, or when the node itself asks with its old key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, NamedTuple

from msgspec import structs

from mosaicfs import Store, revise
from mosaicfs.identity.signatures import (
    SKEW_S,
    MalformedSignatureError,
    Signed,
    audience,
    fits_ed25519,
    parsed_proof,
)
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.names import is_node_id
from mosaicfs.model.node import Node
from mosaicfs.model.questions import NodesByStatus
from mosaicfs.model.role import CONTROL
from mosaicfs.model.times import Clock, instant, now_text
from mosaicfs_control.rest.reading import noun_of, nouns_of
from mosaicfs_control.rest.refusals import ApiError, invalid

LONGEST_ID = 63
_not_in_slug = re.compile(r"[^a-z0-9]+")


class NodeKeys(NamedTuple):
    """The public halves, as they stand in the document of a node."""

    public_key: str
    sealing_key: str


class Newcomer(NamedTuple):
    """What a machine says of itself. `node_id` empty: it has no wish."""

    friendly_name: str
    platform: Literal["linux", "darwin", "windows"]
    keys: NodeKeys
    node_id: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What `MosaicFS-Proof` must show: that the caller holds the private half of the key it wants to be known by."""

    instance_id: str
    clock: Clock

    def check(self, header: str, public_key: str, method: str, target: str, body: bytes) -> Signed | None:
        """None where it proves nothing. `ApiError`: 400 for one that cannot be read, 401 for one of another time."""
        try:
            signed = parsed_proof(header)
        except MalformedSignatureError as cause:
            raise ApiError("invalid_request", f"MosaicFS-Proof: {cause}") from None
        fits = fits_ed25519(signed, public_key, method, target, audience(self.instance_id))
        if not fits or signed.signer != public_key or signed.body_sha256 != sha256(body).hexdigest():
            return None
        skew_s = self.clock() - instant(signed.timestamp) / 1_000_000
        if abs(skew_s) > SKEW_S:
            detail: JsonObject = {"server_time": now_text(self.clock), "skew_s": round(skew_s)}
            raise ApiError("clock_skew", "The clocks differ by more than 300 s. Set the one that is wrong.", detail)
        return signed


@dataclass(frozen=True, slots=True)
class Admission:
    """Whoever calls holds `NodeReception.joining`, so that no id and no key is given out twice."""

    store: Store
    clock: Clock

    async def admit(self, newcomer: Newcomer) -> Node:
        """A new node, offline until it is heard. `ApiError` 409 for a key or an id that another node has."""
        nodes = [node for _, node in await nouns_of(self.store, NodesByStatus(), Node)]
        refuse_key_in_use(nodes, newcomer.keys.public_key, "")
        node_id = await self._free_id(newcomer)
        node = Node(
            node_id=node_id,
            friendly_name=newcomer.friendly_name,
            platform=newcomer.platform,
            version="",
            status="offline",
            last_heartbeat=now_text(self.clock),
            public_key=newcomer.keys.public_key,
            sealing_key=newcomer.keys.sealing_key,
            vfs_capable=False,
            capabilities=(),
            watch_paths=(),
        )
        await revise(self.store, node_doc_id(node_id), CONTROL, Node, lambda before: before or node)
        return node

    async def change_keys(self, node_id: str, keys: NodeKeys) -> Node:
        """The old ones stop working at once. `ApiError` 409 for a node that is gone or disabled."""
        nodes = [node for _, node in await nouns_of(self.store, NodesByStatus(), Node)]
        refuse_key_in_use(nodes, keys.public_key, node_id)

        def decide(before: Node | None) -> Node:
            if before is None or before.status == "disabled":
                message = f"{node_id} is not an enabled node of this instance. Enable it first, or join without an id."
                raise ApiError("conflict", message, {"reason": "node_disabled"})
            return structs.replace(before, public_key=keys.public_key, sealing_key=keys.sealing_key)

        node = await revise(self.store, node_doc_id(node_id), CONTROL, Node, decide)
        assert node is not None
        return node

    async def _free_id(self, newcomer: Newcomer) -> str:
        """The one that was asked for, or one made of the name."""
        if newcomer.node_id:
            if not is_node_id(newcomer.node_id):
                raise invalid("node_id", "has small letters, digits and dashes, at most 63")
            if not await self._is_free(newcomer.node_id):
                message = f"{newcomer.node_id} is a node already. To replace it, take a join code that is bound to it."
                raise ApiError("conflict", message, {"reason": "id_in_use"})
            return newcomer.node_id
        stem = "node-" + (_not_in_slug.sub("-", newcomer.friendly_name.lower()).strip("-") or "unnamed")
        number = 1
        while True:
            end = "" if number == 1 else f"-{number}"
            node_id = stem[: LONGEST_ID - len(end)].rstrip("-") + end
            if await self._is_free(node_id):
                return node_id
            number += 1

    async def _is_free(self, node_id: str) -> bool:
        """An id that was ever used stays that machine's: documents name it."""
        return await self.store.get(node_doc_id(node_id)) is None


def refuse_key_in_use(nodes: list[Node], public_key: str, node_id: str) -> None:
    """`ApiError` 409 where another node than `node_id` has this key, also a disabled one."""
    if any(node.public_key == public_key and node.node_id != node_id for node in nodes):
        message = "Another node of this instance has this key. Make new keys: a copied machine must not keep them."
        raise ApiError("conflict", message, {"reason": "key_in_use"})


async def enabled_node(store: Store, node_id: str) -> Node | None:
    node = noun_of(await store.get(node_doc_id(node_id)), Node)
    return node if node is not None and node.status != "disabled" else None
