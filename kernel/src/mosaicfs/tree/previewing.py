"""What a directory would show, with all that is below it, before its draft is saved.

It goes on in slices, each over the store as it is then, so that others are answered in between and who waits may stop
it. What it found out is gone with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from mosaicfs.errors import InvalidDirectoryError, NotShownError
from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.filing import FileRow, Filing, Place
from mosaicfs.model.times import now_text
from mosaicfs.model.tree import Listing, MountTally, Preview, Previewed, Problem, Shown
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.directories import MOSAIC, parent_and_name
from mosaicfs.tree.directory_rules import path_faults
from mosaicfs.tree.evaluator import ROOT, Evaluator
from mosaicfs.tree.inodes import synthetic_inode
from mosaicfs.tree.mounted import ABSENT, FAILS, Mounted
from mosaicfs.tree.places import joined
from mosaicfs.tree.tracing import included_by, row_of

_SLICE: Final = 5_000
"""Files and directories that are looked at before others get their turn."""


def before_draft(tree: Evaluator, filing: Filing, path: str) -> VirtualDirectory:
    """The saved directory, or an empty one where its parent is saved: `NotShownError` names the parent that is not."""
    with tree.asking(filing) as asking:
        directories = tree.knowledge.directories
        known = directories.at(path)
        if known is not None and known.rev:
            return known.document
        if faults := path_faults(path):
            raise InvalidDirectoryError(faults)
        parent, name = parent_and_name(path)
        if ROOT not in (path, parent) and directories.at(parent) is None:
            raise NotShownError(parent)
        return VirtualDirectory(
            inode=synthetic_inode(path),
            virtual_path=path,
            name=name,
            parent_path=None if path == ROOT else parent,
            created_at=now_text(lambda: asking.now),
            mounts=(),
        )


@dataclass(slots=True)
class _Tally:
    candidates: int = 0
    included: int = 0


_Work: TypeAlias = Callable[[Evaluator, Asking], list["_Work"]]
"""A part of the whole. It answers what follows from it, and remembers nothing before it has read all that it needs."""


class Previewing:
    """Of one draft. `go_on` until it says that all is done; `preview` is what was found so far."""

    def __init__(self, tree: Evaluator, document: VirtualDirectory) -> None:
        self._tree = tree
        self._document = document
        self._path = document.virtual_path
        self._draft: Evaluator | None = None
        self._seq = -1
        self._waiting = deque[_Work]([self._begin])
        self._items: list[Previewed] = []
        self._tallies = [_Tally() for _ in document.mounts]
        self._problems: dict[Problem, None] = {}
        self._hidden = self._shadowed = self._invalid = 0
        self._looked_at = self._files_examined = self._directories_examined = 0

    # --- slices ----------------------------------------------------------------------------------------------------

    def go_on(self, filing: Filing) -> bool:
        """One slice. Whether all is done."""
        with self._tree.asking(filing):
            draft = self._drafted(filing)
            before = draft.files_examined, draft.directories_examined
            try:
                self._work(draft, filing)
            finally:
                self._account(draft.files_examined - before[0], draft.directories_examined - before[1])
        return not self._waiting

    def _drafted(self, filing: Filing) -> Evaluator:
        """Made anew when something was written: what it rests on belongs to the tree, which has followed."""
        if self._draft is None or self._seq != filing.seq:
            self._draft = self._tree.drafted(self._document)
            self._seq = filing.seq
        return self._draft

    def _work(self, draft: Evaluator, filing: Filing) -> None:
        end = self._looked_at + _SLICE
        with draft.asking(filing) as asking:
            while self._waiting and self._looked_at < end:
                following = self._waiting[0](draft, asking)
                self._waiting.popleft()
                self._waiting.extendleft(reversed(following))

    def _account(self, files: int, directories: int) -> None:
        self._files_examined += files
        self._directories_examined += directories
        self._tree.files_examined += files
        self._tree.directories_examined += directories

    def preview(self) -> Preview:
        mounts = zip(self._document.mounts, self._tallies, strict=True)
        return Preview(
            items=tuple(sorted(self._items, key=_relative_path)),
            total=len(self._items),
            per_mount=tuple(
                MountTally(mount_id=mount.mount_id, candidates=each.candidates, included=each.included)
                for mount, each in mounts
            ),
            hidden_by_conflict=self._hidden,
            shadowed=self._shadowed,
            invalid_names=self._invalid,
            problems=tuple(self._problems),
            files_examined=self._files_examined,
            directories_examined=self._directories_examined,
            partial=bool(self._waiting),
        )

    # --- parts -----------------------------------------------------------------------------------------------------

    def _begin(self, draft: Evaluator, asking: Asking) -> list[_Work]:
        """Flat mount entries are counted first: what that finds out, their listing would in one piece."""
        early: list[_Work] = []
        late: list[_Work] = []
        for mounted in self._mounted(draft):
            if mounted.source.folder is None:
                late.append(partial(self._count_gathered, mounted.position))
            else:
                counts = early if mounted.flat and mounted.always is None else late
                counts += [
                    partial(self._count, mounted.position, node_id, None)
                    for node_id in mounted.source.nodes_now(asking)
                ]
        return [*early, partial(self._walk, self._path), *late, self._order]

    def _order(self, draft: Evaluator, asking: Asking) -> list[_Work]:
        """Here and not where somebody waits: there may be many."""
        self._items.sort(key=_relative_path)
        return []

    def _mounted(self, draft: Evaluator) -> list[Mounted]:
        known = draft.knowledge.directories.at(self._path)
        return list(draft.mounted(known)) if known is not None else []

    def _mounted_at(self, draft: Evaluator, position: int) -> Mounted | None:
        return next((each for each in self._mounted(draft) if each.position == position), None)

    # --- what is shown ---------------------------------------------------------------------------------------------

    def _walk(self, path: str, draft: Evaluator, asking: Asking) -> list[_Work]:
        try:
            listing = draft.listing(asking.filing, path)
        except NotShownError:  # gone since its parent was listed
            return []
        items = self._previewed(listing, draft, asking)
        self._items += items
        self._looked_at += len(listing.entries) + 1
        self._hidden += listing.hidden_by_conflict
        self._shadowed += listing.shadowed
        self._invalid += listing.invalid_names
        known = draft.knowledge.directories.nearest(path)
        if known is not None and known.path == self._path:
            self._problems |= dict.fromkeys(listing.problems)
        below = (joined(path, (each.name,)) for each in listing.entries if each.kind == "directory")
        return [partial(self._walk, each) for each in below if each != MOSAIC]

    def _previewed(self, listing: Listing, draft: Evaluator, asking: Asking) -> list[Previewed]:
        known = draft.knowledge.directories.nearest(listing.path)
        mounted = {each.mount.mount_id: each for each in draft.mounted(known)} if known is not None else {}
        above = listing.path[len(self._path.rstrip("/")) + 1 :]

        def previewed(shown: Shown) -> Previewed:
            assert shown.mount_id is not None
            decided_by = included_by(asking, mounted[shown.mount_id], row_of(shown))
            relative_path = f"{above}/{shown.name}" if above else shown.name
            return Previewed(relative_path=relative_path, shown=shown, decided_by=decided_by)

        return [previewed(each) for each in listing.entries if each.kind == "file"]

    # --- what mount entries bring ----------------------------------------------------------------------------------

    def _count(self, position: int, node_id: str, after: Place | None, draft: Evaluator, asking: Asking) -> list[_Work]:
        mounted = self._mounted_at(draft, position)
        if mounted is None or mounted.source.folder is None:
            return []
        folder, filing = mounted.source.folder, asking.filing
        exact = filing.files_at(node_id, folder) if after is None and folder != ROOT else []
        if mounted.always is not None:
            found = len(exact) + filing.count_below(node_id, folder)
            self._add(position, found, found if mounted.always else 0)
            return []
        rows = filing.files_below(node_id, folder, after, _SLICE)
        self._add(position, len(exact) + len(rows), _included(asking, mounted, [*exact, *rows]))
        if len(rows) < _SLICE:
            return []
        last = rows[-1]
        return [partial(self._count, position, node_id, Place(last.node_id, last.folder, last.name))]

    def _count_gathered(self, position: int, draft: Evaluator, asking: Asking) -> list[_Work]:
        """Of a search no more than its limit."""
        mounted = self._mounted_at(draft, position)
        if mounted is not None:
            mounted.settle(asking)
            found = {
                row.n
                for rows in mounted.source.candidates(asking)
                for row in rows
                if mounted.verdict(asking, row) != ABSENT
            }
            limit = mounted.source.limit
            included = len(mounted.gathered(asking)[0])
            self._add(position, len(found) if limit is None else min(len(found), limit), included)
        return []

    def _add(self, position: int, candidates: int, included: int) -> None:
        self._tallies[position].candidates += candidates
        self._tallies[position].included += included
        self._looked_at += candidates


def _relative_path(item: Previewed) -> str:
    return item.relative_path


def _included(asking: Asking, mounted: Mounted, rows: list[FileRow]) -> int:
    """Let through by gates and steps; what its name or another file then does to it is counted elsewhere."""
    return sum(mounted.verdict(asking, row) != FAILS for row in asking.noted(rows))
