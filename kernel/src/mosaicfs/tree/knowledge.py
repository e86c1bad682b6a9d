"""What documents say that the tree rests on, but for the files themselves; kept in step with the store."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import NamedTuple

from mosaicfs.model.filing import Changed, Filing
from mosaicfs.model.ids import file_id, pair_of
from mosaicfs.tree.accesses import Accesses
from mosaicfs.tree.directories import Directories
from mosaicfs.tree.labels import Labels, Scope
from mosaicfs.tree.parties import Parties


class Touched(NamedTuple):
    """What a run of changes may have altered: paths of directories, and single files by what is known of them.

    `annotated` has files by the name of the plugin.
    """

    directories: set[str]
    sources: bool
    labelled: Set[str]
    scopes: Sequence[Scope]
    accessed: Set[str]
    replicated: Set[str]
    annotated: Set[tuple[str, str]]


class Knowledge:
    def __init__(self) -> None:
        self.directories = Directories()
        self.parties = Parties()
        self.labels = Labels(self.parties.is_peer)
        self.accesses = Accesses()
        self.nodes: list[str] = []
        """Those that `*` means: they have files and are no peers."""

    def load(self, filing: Filing) -> None:
        """Into one that knows nothing yet."""
        self.parties.load(filing)
        self.directories.load(filing)
        self.directories.import_from(self.parties.imports)
        self.labels.load(filing)
        self.accesses.load(filing)
        self.look_for_nodes(filing)

    def look_for_nodes(self, filing: Filing) -> None:
        self.nodes = [node for node in filing.nodes() if not self.parties.is_peer(node)]

    def apply(self, changed: Sequence[Changed]) -> Touched:
        labels = self.labels.apply(changed)
        sources = self.parties.apply(changed)
        directories = self.directories.apply(changed)
        if sources:
            self.directories.import_from(self.parties.imports)
        return Touched(
            directories,
            sources,
            labels.file_ids,
            [*labels.scopes, *(self.labels.parties_changed() if sources else ())],
            self.accesses.apply(changed),
            {_file(each) for each in changed if each.kind == "replica"},
            {(_file(each), pair_of(each.document.id).second) for each in changed if each.kind == "annotation"},
        )


def _file(changed: Changed) -> str:
    return file_id(pair_of(changed.document.id).first)
