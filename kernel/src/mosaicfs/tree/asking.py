"""What one answer may ask while it is in the making: a state of the store, and what is known of single files.

Sub-folders and files of a folder are read once for all mount entries that look at it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from mosaicfs.model.filing import FileRow, Filing, Place
from mosaicfs.model.json import JsonObject
from mosaicfs.tree.knowledge import Knowledge
from mosaicfs.tree.whereabouts import Whereabouts

_FEW: Final = 4
_MANY: Final = 5_000


class Asking:
    """Also the `Asked` of steps. `nodes` are those that `*` means."""

    def __init__(self, filing: Filing, now: float, knowledge: Knowledge, whereabouts: Whereabouts) -> None:
        self.filing = filing
        self.now = now
        self.nodes = knowledge.nodes
        self.known_labels = knowledge.labels
        self.whereabouts = whereabouts
        self.files_examined = 0
        self.directories_examined = 0
        self._accesses = knowledge.accesses
        self._files: dict[tuple[str, str], list[FileRow]] = {}
        self._folders: dict[tuple[str, str], list[str]] = {}
        self._first: dict[tuple[str, str], list[FileRow]] = {}

    # --- places ------------------------------------------------------------------------------------------------

    def files_in(self, node_id: str, folder: str) -> list[FileRow]:
        found = self._files.get((node_id, folder))
        if found is None:
            found = self._files[node_id, folder] = self.noted(self.filing.files_in(node_id, folder))
        return found

    def folders_in(self, node_id: str, folder: str) -> list[str]:
        found = self._folders.get((node_id, folder))
        if found is None:
            self.directories_examined += 1
            found = self._folders[node_id, folder] = self.filing.folders_in(node_id, folder)
        return found

    def files_below(self, node_id: str, folder: str) -> Iterator[list[FileRow]]:
        """At any depth, in parts that grow, so that who needs a few reads a few."""
        rows = self._first.get((node_id, folder))
        if rows is None:
            rows = self._first[node_id, folder] = self.noted(self.filing.files_below(node_id, folder, None, _FEW))
        limit = _FEW
        while rows:
            yield rows
            if len(rows) < limit:
                return
            after = Place(rows[-1].node_id, rows[-1].folder, rows[-1].name)
            limit = min(limit * 4, _MANY)
            rows = self.noted(self.filing.files_below(node_id, folder, after, limit))

    def noted(self, rows: list[FileRow]) -> list[FileRow]:
        self.whereabouts.note(rows)
        return rows

    # --- single files ------------------------------------------------------------------------------------------

    def labels(self, row: FileRow) -> Collection[str]:
        return self.known_labels.of(row)

    def last_access(self, file_id: str) -> float | None:
        return self._accesses.last(file_id)

    def replicas(self, file_id: str) -> Sequence[tuple[str, str]]:
        return self.filing.replicas(file_id)

    def annotation(self, file_id: str, plugin_name: str) -> JsonObject | None:
        return self.filing.annotation(file_id, plugin_name)
