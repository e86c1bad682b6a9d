"""Which key a node signs with, as long as it may: read from its document, in step with the store."""

from __future__ import annotations

from collections.abc import Callable

from mosaicfs import Store
from mosaicfs.model.node import Node
from mosaicfs_control.auth.following import Followed


class KnownNodes:
    def __init__(self, store: Store, changed: Callable[[str, Node | None], None]) -> None:
        """`changed` hears of each change of a node's document; None is gone."""
        self.followed: Followed[Node] = Followed(store, "node", Node, changed)

    def is_enabled(self, node_id: str) -> bool:
        found = self.followed.get(node_id)
        return found is not None and found.status != "disabled"

    def public_key(self, node_id: str) -> str | None:
        """None for a node that may not sign: unknown, disabled, or never joined."""
        found = self.followed.get(node_id)
        return found.public_key if found is not None and found.status != "disabled" else None

    def owner_of(self, public_key: str) -> str | None:
        """The node that has this key: no key is good for two. Disabled ones keep theirs."""
        return next((node.node_id for node in self.followed if node.public_key == public_key), None)

    async def refresh(self, node_id: str) -> None:
        """After a change made here, so that it acts on the next request already."""
        await self.followed.refresh(node_id)
