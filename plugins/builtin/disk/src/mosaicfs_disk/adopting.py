"""Folders that the control plane wants watched here: which they are, and which of them this machine allows.

They stand in the document of the node, so they come with the replica and hold while the control plane is away. Nobody
but the owner of this machine says how far they may reach: `agent.watch_roots`.
"""

from __future__ import annotations

from collections.abc import Sequence
from os.path import normpath, realpath
from typing import NamedTuple

import trio

import mosaicfs
from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.names import covers
from mosaicfs.model.node import Node
from mosaicfs.model.store import Store

KEY = "agent.watch_roots"
LIMIT_S = 10.0


class Refusal(NamedTuple):
    """`origin` is `file` or `instance`."""

    origin: str
    cause: str


async def added_paths(store: Store, node_id: str) -> tuple[str, ...] | None:
    """None while nothing is known of this node: then nothing may be concluded from what is not added."""
    document = await store.get(node_doc_id(node_id))
    if document is None or document.deleted:
        return None
    try:
        node = wire.decode(document.id, document.body)
    except MalformedDocumentError:
        return None
    return tuple(dict.fromkeys(map(normpath, node.added_paths or ()))) if isinstance(node, Node) else None


def watch_roots(kernel: Kernel) -> tuple[str, ...]:
    """As the owner said, who may say “none”; else the home directory, where this is a person's machine."""
    settings, places = kernel.settings, kernel.places
    if KEY in settings.given or settings.agent.watch_roots:
        return settings.agent.watch_roots
    home = places.home if isinstance(places, mosaicfs.Places) else None
    return () if home is None else (str(home),)


async def trouble_with_reach(path: str, roots: Sequence[str]) -> str:
    """Why it may not be watched; empty where it may. A file system that does not answer allows nothing."""
    if not roots:
        return f"was added by the control plane, and this machine lets it add nothing; see {KEY}"
    with trio.move_on_after(LIMIT_S):
        if await trio.to_thread.run_sync(reaches, path, roots, abandon_on_cancel=True):
            return ""
        return f"was added by the control plane and lies outside of {', '.join(roots)}; see {KEY}"
    return "does not answer, so nobody knows where it leads"


def reaches(path: str, roots: Sequence[str]) -> bool:
    """Whether it lies in one of them, where all links in its name have been followed."""
    real = realpath(path)
    return any(covers(realpath(root), real) for root in roots)
