"""The directories below `/.mosaic`: views of what is there, made for whoever asks for them by name.

What `status.json` says is the matter of others; here it has a name and an inode.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from mosaicfs.errors import NotShownError
from mosaicfs.model.directory import Mount, MountSource, VirtualDirectory
from mosaicfs.model.filing import FileRow
from mosaicfs.model.tree import Listing, Shown
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.composing import Candidate, compose
from mosaicfs.tree.directories import MOSAIC, Known, compiled
from mosaicfs.tree.inodes import synthetic_inode
from mosaicfs.tree.mounts import Mounts
from mosaicfs.tree.saved_search import read_saved

STATUS: Final = f"{MOSAIC}/status.json"
SEARCH: Final = f"{MOSAIC}/search"
RECENT: Final = f"{MOSAIC}/recent"
_INODES: Final = {MOSAIC: 2, STATUS: 3, SEARCH: 4, RECENT: 5}
_MOST_SEARCHES: Final = 50
_MOST_RECENT: Final = 100
_EPOCH: Final = "1970-01-01T00:00:00Z"


class Views:
    def __init__(self, mounts: Mounts) -> None:
        self._mounts = mounts
        self._searches: OrderedDict[str, Known] = OrderedDict()

    def search(self, path: str) -> Known | None:
        """The directory of a search, None for another path. `BadQueryError` where its text cannot be read."""
        head, _, name = path.rpartition("/")
        if head != SEARCH:
            return None
        if name.startswith("."):
            raise NotShownError(path)
        known = self._searches.get(name)
        if known is None:
            text = name.replace("%2F", "/").replace("%25", "%")
            read_saved(text)
            known = self._searches[name] = compiled("", "", _flat(path, MountSource(search=text)))
            if len(self._searches) > _MOST_SEARCHES:
                self._mounts.let_go(self._searches.popitem(last=False)[1])
        self._searches.move_to_end(name)
        return known

    def listing(self, asking: Asking, path: str) -> Listing:
        if path == RECENT:
            return _recent(asking)
        if path == SEARCH:
            names = sorted(self._searches)
            return _directory(SEARCH, [_shown(f"{SEARCH}/{name}", synthetic_inode) for name in names])
        if path == MOSAIC:
            files = Shown(name="status.json", kind="file", inode=_INODES[STATUS], origin="synthetic")
            return _directory(MOSAIC, [*(_shown(each, _INODES.__getitem__) for each in (RECENT, SEARCH)), files])
        raise NotShownError(path)


def _recent(asking: Asking) -> Listing:
    document = _flat(RECENT, MountSource())
    files = [Candidate(row, 0) for row in _newest(asking)]
    return _directory(RECENT, compose(RECENT, document.mounts, files, (), ()).entries)


def _newest(asking: Asking) -> list[FileRow]:
    """Of this instance: where peers have newer ones, more are asked for."""
    wanted = _MOST_RECENT
    while True:
        rows = asking.filing.newest(wanted)
        ours = [row for row in rows if row.node_id in asking.nodes]
        if len(ours) >= _MOST_RECENT or len(rows) < wanted:
            return ours[:_MOST_RECENT]
        wanted *= 4


def _flat(path: str, source: MountSource) -> VirtualDirectory:
    mount = Mount(mount_id="view", source=source, strategy="flatten", conflict_policy="suffix_node_id")
    return VirtualDirectory(
        inode=_INODES.get(path) or synthetic_inode(path),
        virtual_path=path,
        name=path.rpartition("/")[2],
        parent_path=path.rpartition("/")[0],
        created_at=_EPOCH,
        mounts=(mount,),
    )


def _directory(path: str, entries: tuple[Shown, ...] | list[Shown]) -> Listing:
    return Listing(path=path, inode=_INODES[path], directory=None, entries=tuple(entries))


def _shown(path: str, inode: Callable[[str], int]) -> Shown:
    return Shown(name=path.rpartition("/")[2], kind="directory", inode=inode(path), origin="synthetic")
