"""What the source of a mount entry means here and now: which nodes, which folder, which label, which search.

A source that shows nothing says why. Whether one file is of a source is told without reading another.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from mosaicfs.errors import BadQueryError
from mosaicfs.model.directory import Mount, MountSource
from mosaicfs.model.filing import FileRow
from mosaicfs.model.ids import EVERY_NODE, tail_of
from mosaicfs.model.search import Search, Word
from mosaicfs.model.tree import Problem
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.parties import Parties
from mosaicfs.tree.places import source_path
from mosaicfs.tree.saved_search import Ages, read_saved
from mosaicfs.tree.steps import Needs, Steps, compile_steps
from mosaicfs.tree.whereabouts import lies_below

MOST_FOUND: Final = 10_000
EVERYTHING: Final = 1_000_000_000
_special = re.compile(r"([\\*?\[\]{},])")


class Source(NamedTuple):
    """`mount` has a place also where it was an import. `nodes` None: those that `*` means.

    `ages` and `steps` are what a search asks beside `search`; `limit` cuts what they find, in the order of names.
    """

    mount: Mount
    nodes: tuple[str, ...] | None = None
    folder: str | None = None
    label: str | None = None
    search: Search | None = None
    ages: Ages | None = None
    steps: Steps = compile_steps(())
    limit: int | None = None

    @property
    def asks_labels(self) -> bool:
        search = self.search
        asked = search is not None and (search.labels or search.labels_any or search.labels_not)
        return self.label is not None or bool(asked)

    @property
    def needs(self) -> Needs:
        return self.steps.needs | Needs(labels=self.asks_labels, time=self.ages is not None)

    @property
    def asks(self) -> bool:
        """Whether candidates have to be looked at one by one."""
        return self.ages is not None or not self.steps.is_empty

    def takes(self, row: FileRow, asking: Asking) -> tuple[bool, float]:
        """And until when. Of candidates alone."""
        fits, until = self.ages.of(row, asking.now) if self.ages is not None else (True, math.inf)
        if not fits or self.steps.is_empty:
            return fits, until
        outcome, holds = self.steps.verdict(row, asking)
        return outcome != "exclude", holds if outcome == "exclude" else min(until, holds)

    def nodes_now(self, asking: Asking) -> tuple[str, ...]:
        return self.nodes if self.nodes is not None else tuple(asking.nodes)

    def has(self, asking: Asking, row: FileRow) -> bool:
        """Whether the file is a candidate, before any step."""
        if self.label is not None:
            return self.label in asking.labels(row)
        if self.search is not None:
            return _finds(asking, self.search, row)
        assert self.folder is not None
        there = lies_below(row.folder, self.folder) or row.path == self.folder
        return there and row.node_id in self.nodes_now(asking)

    def candidates(self, asking: Asking) -> Iterator[list[FileRow]]:
        """All of them, in parts. One may come twice."""
        if self.search is not None:
            yield asking.noted(asking.filing.found(self.search))
        elif self.label is not None:
            yield from _labelled(asking, self.label)
        elif self.folder is not None:
            for node_id in self.nodes_now(asking):
                yield from _at_or_below(asking, node_id, self.folder)


class Sources:
    """Makes a `Source` of a mount entry, or says why it shows nothing."""

    def __init__(self, parties: Parties) -> None:
        self._parties = parties

    def of(self, mount: Mount) -> Source | Problem:
        source = mount.source
        if source.search is not None or source.label is not None:
            if mount.strategy != "flatten":
                return _problem(mount, "invalid_source", "A label or a search is shown flat only.")
            return self._search(mount, source.search) if source.search is not None else _label(mount)
        if source.federated_import_id is not None:
            return self._import(mount, source.federated_import_id)
        folder = source_path(source)
        if source.node_id is None or folder is None:
            return _problem(mount, "invalid_source", "This source is not known here.")
        nodes = None if source.node_id == EVERY_NODE else (source.node_id,)
        return Source(mount, nodes, folder)

    def _import(self, mount: Mount, name: str) -> Source | Problem:
        imported = self._parties.imports.get(tail_of(name) or name)
        if imported is None:
            return _problem(mount, "unknown_import", f"There is no import {name}.")
        if not imported.enabled:
            return _problem(mount, "disabled_import", f"The import of {imported.export} is disabled.")
        folder = "/" + imported.export.strip("/")
        node_id = imported.peer_instance_id
        placed = msgspec.structs.replace(mount, source=MountSource(node_id=node_id, export_path=folder))
        return Source(placed, (node_id,), folder)

    def _search(self, mount: Mount, text: str) -> Source | Problem:
        try:
            search, ages, steps = read_saved(text)
        except BadQueryError as trouble:
            return _problem(mount, "invalid_search", str(trouble))
        nodes = tuple(each for name in search.nodes for each in self._parties.meant(name))
        ready = msgspec.structs.replace(search, nodes=nodes, sort="name", limit=EVERYTHING, counted=False)
        limit = mount.source.limit or MOST_FOUND
        return Source(mount, search=ready, ages=ages, steps=steps, limit=limit)


def _at_or_below(asking: Asking, node_id: str, path: str) -> Iterator[list[FileRow]]:
    if path != "/" and (exact := asking.filing.files_at(node_id, path)):
        yield asking.noted(exact)
    yield from asking.files_below(node_id, path)


def _labelled(asking: Asking, label: str) -> Iterator[list[FileRow]]:
    yield asking.noted(asking.filing.rows_of(sorted(asking.known_labels.assigned_with(label))))
    for scope in asking.known_labels.scopes_with(label):
        for node_id in asking.filing.nodes() if scope.node_id == EVERY_NODE else (scope.node_id,):
            for rows in asking.files_below(node_id, scope.folder):
                yield [row for row in rows if label in asking.labels(row)]


def _finds(asking: Asking, search: Search, row: FileRow) -> bool:
    """By the whole name, so that the index of names offers few others."""
    if search.nodes and row.node_id not in search.nodes:
        return False
    narrowed = msgspec.structs.replace(search, words=(*search.words, whole(row.name)))
    return any(hit.n == row.n for hit in asking.filing.found(narrowed))


def whole(name: str) -> Word:
    """Files of this name, and such as are equal to it for a search."""
    return Word(_special.sub(r"\\\1", name), "glob")


def _label(mount: Mount) -> Source:
    return Source(mount, label=mount.source.label)


def _problem(mount: Mount, code: str, message: str) -> Problem:
    return Problem(code=code, message=message, mount_id=mount.mount_id)
