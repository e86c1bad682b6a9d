"""From what changed in the store to what is no longer known: exactly that is dropped or doubted, and nothing is read
that need not be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set

from mosaicfs.model.file import File
from mosaicfs.model.filing import Changed, FileRow, Filing
from mosaicfs.tree.disturbances import Disturbances
from mosaicfs.tree.knowledge import Knowledge, Touched
from mosaicfs.tree.listings import Listings
from mosaicfs.tree.mounted import Mounted
from mosaicfs.tree.mounts import Mounts
from mosaicfs.tree.names import shown_folder
from mosaicfs.tree.parties import read
from mosaicfs.tree.whereabouts import Folder, Whereabouts

_NEW = "1-"
_MANY_DIRECTORIES = 30


class Following:
    def __init__(
        self,
        knowledge: Knowledge,
        mounts: Mounts,
        listings: Listings,
        whereabouts: Whereabouts,
        disturbances: Disturbances,
    ) -> None:
        self._knowledge = knowledge
        self._mounts = mounts
        self._listings = listings
        self._whereabouts = whereabouts
        self._disturbances = disturbances

    def follow(self, filing: Filing, changed: Sequence[Changed]) -> None:
        inodes = self._inodes()
        touched = self._knowledge.apply(changed)
        files = [each for each in changed if each.kind == "file"]
        if files or touched.sources:
            self._knowledge.look_for_nodes(filing)
        if touched.directories or touched.sources:
            self._mounts.rearrange(self._forgotten)
        if touched.sources or inodes != self._inodes():
            self._listings.drop_all()
            self._disturbances.everything()
        if touched.sources:
            self._gather_anew()
        self._follow_directories(touched.directories)
        for each in files:
            self._follow_file(each)
        self._follow_labels(touched)
        self._follow_facts(filing, touched)

    # --- directories ---------------------------------------------------------------------------------------------

    def _follow_directories(self, paths: set[str]) -> None:
        for path in paths:
            self._disturbances.below(path)
        if len(paths) > _MANY_DIRECTORIES:
            self._listings.drop_all()
        elif paths:
            self._listings.drop_around(paths)

    def _inodes(self) -> object:
        """Which files and directories show another number than their own rests on these."""
        return self._knowledge.directories.second_inodes, self._knowledge.directories.inodes

    def _forgotten(self, mounted: Mounted) -> None:
        self._listings.forget(mounted)
        self._listings.drop_home(mounted.path)

    def _gather_anew(self) -> None:
        """Where a node has become a peer, or is none any more, no file of it has changed."""
        for mounted in self._mounts:
            if mounted.flat and mounted.source.folder is not None:
                mounted.forget_all()

    # --- files ---------------------------------------------------------------------------------------------------

    def _follow_file(self, changed: Changed) -> None:
        before = self._whereabouts.of(changed.n)
        noun = read(changed.document)
        active = isinstance(noun, File) and noun.status == "active"
        told = (noun.source.node_id, noun.source.export_parent) if isinstance(noun, File) else None
        now = told if active else None
        if before is None and not (now is not None and changed.document.rev.startswith(_NEW)):
            self._listings.losses += 1
            self._disturbances.lost()
        for place in {before, told} - {None}:
            assert place is not None
            self._disturb(changed.n, place, _always)

    def _disturb(self, n: int, place: Folder, concerns: Callable[[Mounted], bool]) -> None:
        for mounted, names in self._mounts.concerned(*place):
            if concerns(mounted):
                self.disturb(mounted, n, names)

    def disturb(self, mounted: Mounted, n: int, names: tuple[str, ...]) -> None:
        mounted.doubt(n)
        self._disturbances.directory(mounted.path, () if mounted.flat else tuple(map(shown_folder, names)))
        if not mounted.flat:
            self._listings.disturb(mounted, names, self._knowledge.directories)

    # --- what is known of files ------------------------------------------------------------------------------------

    def _follow_labels(self, touched: Touched) -> None:
        for scope in touched.scopes:
            for mounted in self._mounts.asking_labels_of(scope):
                mounted.forget_all()
                self._listings.drop_home(mounted.path)
                self._disturbances.below(mounted.path)

    def _follow_facts(self, filing: Filing, touched: Touched) -> None:
        self._follow_fact(filing, touched.labelled, lambda mounted: mounted.needs.labels)
        self._follow_fact(filing, touched.accessed, lambda mounted: mounted.needs.access)
        self._follow_fact(filing, touched.replicated, lambda mounted: mounted.needs.replicas)
        for plugin in {name for _, name in touched.annotated}:
            noted = {file for file, name in touched.annotated if name == plugin}
            self._follow_fact(filing, noted, _annotations_of(plugin))

    def _follow_fact(self, filing: Filing, file_ids: Set[str], concerns: Callable[[Mounted], bool]) -> None:
        if file_ids and any(concerns(mounted) for mounted in self._mounts):
            self._doubt(filing.rows_of(sorted(file_ids)), concerns)

    def _doubt(self, rows: Iterable[FileRow], concerns: Callable[[Mounted], bool]) -> None:
        for row in rows:
            self._disturb(row.n, (row.node_id, row.folder), concerns)

    # --- time ----------------------------------------------------------------------------------------------------

    def pass_time(self, now: float) -> None:
        for mounted, n in self._mounts.due(now):
            place = self._whereabouts.of(n)
            if place is not None:
                self._disturb(n, place, lambda each, mounted=mounted: each is mounted)  # type: ignore[misc]


def _always(_: Mounted) -> bool:
    return True


def _annotations_of(plugin: str) -> Callable[[Mounted], bool]:
    return lambda mounted: plugin in mounted.needs.annotations
