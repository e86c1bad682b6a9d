"""A walk down directories that show one folder each: what holds for one of them holds for what is below it.

So the way from a path to a source folder is found once, and then only gets longer; and of files of which nothing but
`stat` is asked, no more is read. Whatever is unusual is left to who makes listings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Set
from typing import Final, NamedTuple

from mosaicfs.errors import NotShownError
from mosaicfs.model.filing import FolderFiles
from mosaicfs.model.names import are_showable, showable
from mosaicfs.model.tree import Brief
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.composing import compose
from mosaicfs.tree.directories import MOSAIC, Directories, parent_and_name
from mosaicfs.tree.levels import Level
from mosaicfs.tree.names import any_too_long
from mosaicfs.tree.places import joined

ROOT: Final = "/"
_NEVER_CUT: Final = 60


class _Way(NamedTuple):
    """One folder of one node is shown at a path, whole, and nothing else is there or below it."""

    node_id: str
    source: str
    folder: str


class Walk:
    """Within one `asking`. `level` is the evaluator's."""

    def __init__(self, asking: Asking, directories: Directories, level: Callable[[Asking, str], Level]) -> None:
        self._asking = asking
        self._directories = directories
        self._level = level
        self._ways: dict[str, _Way | None] = {}

    def brief(self, path: str) -> Brief | None:
        """None where it takes a listing."""
        way = self._way(path)
        if way is None or way.node_id != self._asking.brief:
            return None
        node_id, source, folder = way
        self._asking.read_on(node_id, source, folder)
        files = self._asking.columns(node_id, folder)
        if files is None:
            return None
        below = self._asking.folders_in(node_id, folder)
        directories = compose(path, (), (), below, ()).entries if below else ()
        names = {each.name for each in directories}
        if not (files.names or names) or not _are_plain(files, names, self._directories.inodes):
            return None
        return Brief(path, self._directories.inode(path), directories, files)

    # --- ways ------------------------------------------------------------------------------------------------------

    def _way(self, path: str) -> _Way | None:
        if path not in self._ways:
            self._ways[path] = self._longer(path) or self._looked_up(path)
        return self._ways[path]

    def _longer(self, path: str) -> _Way | None:
        """The one to the directory above, and a name; if no document begins anew there."""
        parent, name = parent_and_name(path)
        if parent not in self._ways:
            self._ways[parent] = self._looked_up(parent)
        above = self._ways[parent]
        if above is None or len(name) >= _NEVER_CUT or not showable(name) or self._directories.exists(path):
            return None
        return above._replace(folder=joined(above.folder, (name,)))

    def _looked_up(self, path: str) -> _Way | None:
        if path in (ROOT, MOSAIC) or path.startswith(f"{MOSAIC}/"):
            return None
        try:
            level = self._level(self._asking, path)
        except NotShownError:
            return None
        if len(level.looking) != 1 or level.flat or not level.below or self._directories.exists(path):
            return None
        mounted, node_id, view = level.looking[0]
        if mounted.always is not True or view.folder is None or view.file is not None or view.lead is not None:
            return None
        assert mounted.source.folder is not None
        return _Way(node_id, mounted.source.folder, view.folder)


def _are_plain(files: FolderFiles, directories: Collection[str], inodes: Set[int]) -> bool:
    """As `plain.are_plain`, of columns."""
    names = set(files.names)
    return (
        len(names) == len(files.names)
        and names.isdisjoint(directories)
        and inodes.isdisjoint(files.inodes)
        and are_showable(names)
        and not any_too_long(names)
    )
