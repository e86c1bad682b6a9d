"""What one answer may ask while it is in the making: a state of the store, and what is known of single files.

Sub-folders and files of a folder are read once for all mount entries that look at it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from mosaicfs.documents.filing.ranges import NEXT, all_showable, inside
from mosaicfs.model.filing import FileRow, Filing, FolderFiles, Place
from mosaicfs.model.json import JsonObject
from mosaicfs.model.names import are_showable
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
        self.ahead = 0
        """How many files are read at once where somebody walks."""
        self.brief = ""
        """The node whose files are then read by columns."""
        self._accesses = knowledge.accesses
        self._files: dict[tuple[str, str], list[FileRow]] = {}
        self._columns: dict[tuple[str, str], FolderFiles] = {}
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

    def read_on(self, node_id: str, top: str, folder: str) -> None:
        """Files and sub-folders of a folder, and of those that come behind it below `top`, with one question.

        Only what a page has whole is taken. Where a name is odd, folders are left to be asked for.
        """
        if not self.ahead or (node_id, folder) in self._files or (node_id, folder) in self._columns:
            return
        if node_id == self.brief:
            self._read_columns(node_id, top, folder)
            return
        rows = self.noted(self.filing.files_below(node_id, top, Place(node_id, folder, ""), self.ahead))
        found = {path: list(each) for path, each in groupby(rows, key=attrgetter("folder"))}
        end = rows[-1].folder if len(rows) >= self.ahead else None
        found.pop(end or "", None)
        below = _below(folder, found)
        is_plain = are_showable([row.name for row in rows])
        for path in below:
            if end is None or path < end:
                self._files.setdefault((node_id, path), found.get(path, []))
        self._know_folders(node_id, below, end, is_plain=is_plain)

    def _read_columns(self, node_id: str, top: str, folder: str) -> None:
        """Whole folders, so what a page has is all of them."""
        found = self.filing.whole_folders(node_id, top, folder, self.ahead)
        for each in found:
            self.whereabouts.note_folder((node_id, each.folder), each.numbers)
            self._columns[node_id, each.folder] = each
        is_more = sum(len(each.names) for each in found) >= self.ahead
        end = found[-1].folder + NEXT if is_more else None
        below = _below(folder, (each.folder for each in found))
        for path in below:
            if end is None or path < end:
                self._columns.setdefault((node_id, path), FolderFiles(path, [], [], [], [], [], []))
        self._know_folders(node_id, below, end, is_plain=all(are_showable(each.names) for each in found))

    def _know_folders(self, node_id: str, below: dict[str, set[str]], end: str | None, *, is_plain: bool) -> None:
        """Sub-folders, as far as what was read tells all of them."""
        if not (is_plain and all(map(all_showable, below))):
            return
        for path, names in below.items():
            if end is None or inside(path)[1] <= end:
                self._folders.setdefault((node_id, path), sorted(names))

    def columns(self, node_id: str, folder: str) -> FolderFiles | None:
        """If they were read ahead."""
        return self._columns.get((node_id, folder))

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


def _below(first: str, folders: Iterable[str]) -> dict[str, set[str]]:
    """Of folders and those above them, from the first on: the names of what leads on."""
    below: dict[str, set[str]] = {first: set()}
    for folder in folders:
        below.setdefault(folder, set())
        path = folder
        while path != "/":
            parent, _, name = path.rpartition("/")
            parent = parent or "/"
            if parent < first or name in below.setdefault(parent, set()):
                break
            below[parent].add(name)
            path = parent
    return below
