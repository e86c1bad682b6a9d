"""Plugins of this node that provide files: which there are, and whether the path is theirs to take.

A plugin that listed files below a watched folder, or below the path of a backend, would make its word count for files
of others. So it is not asked until one of the two has gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mosaicfs.model.ids import plugin_id
from mosaicfs.model.names import covers
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.provided import prefix_of, provided_by
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.store import IdRange, Store
from mosaicfs.wire import noun_in

MOST = 1000


class Provided(NamedTuple):
    backend: StorageBackend
    rev: str


async def provided_on(store: Store, node_id: str) -> list[Provided]:
    first = plugin_id(node_id, "")
    rows = await store.ids(IdRange(first, f"{first}\uffff"), MOST, include_docs=True)
    found = [(row.rev, noun) for row in rows if (noun := noun_in(row.document, Plugin)) is not None]
    backends = [(rev, provided_by(noun)) for rev, noun in found if noun.node_id == node_id]
    return [Provided(backend, rev) for rev, backend in backends if backend is not None]


def objections(provided: Iterable[Provided], taken: Iterable[str]) -> dict[str, str]:
    """Why some of them are not asked, by name. `taken` are the paths of others."""
    others = list(taken)
    found: dict[str, str] = {}
    for backend, _ in provided:
        prefix = prefix_of(backend.name, backend.backend)
        if near := next(_near(prefix, others), ""):
            found[backend.name] = (
                f"Its files would lie below {prefix}, and {near} belongs to others. Choose another prefix."
            )
        else:
            others.append(prefix)
    return found


def _near(prefix: str, paths: Iterable[str]) -> Iterator[str]:
    return (path for path in paths if covers(path, prefix) or covers(prefix, path))
