"""The one function that turns documents into listings; everything that shows the tree asks it.

It is pure and synchronous: it is handed a state of the store and first catches up with it, so no answer is older than
the last commit. What it found out is kept, within `cache_bytes`, and dropped as soon as something changes that it rests
on; what is kept changes no answer, only what it costs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from time import time
from typing import Final

import msgspec

from mosaicfs.errors import NotShownError
from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.filing import FileRow, Filing
from mosaicfs.model.names import is_path, showable
from mosaicfs.model.times import Clock
from mosaicfs.model.tree import Brief, Disturbed, Listing, Shown, TreeState, Walked
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.composing import named
from mosaicfs.tree.directories import MOSAIC, Known, parent_and_name
from mosaicfs.tree.disturbances import Disturbances
from mosaicfs.tree.following import Following
from mosaicfs.tree.knowledge import Knowledge
from mosaicfs.tree.levels import Found, Level, Levels
from mosaicfs.tree.listings import Kept, Listings, Pair
from mosaicfs.tree.mounted import PASSES, Mounted
from mosaicfs.tree.mounts import Mounts
from mosaicfs.tree.names import RESERVED, may_be_changed, shown_folder
from mosaicfs.tree.places import joined
from mosaicfs.tree.sources import Sources
from mosaicfs.tree.views import SEARCH, Views
from mosaicfs.tree.walking import Walk
from mosaicfs.tree.whereabouts import Whereabouts

ROOT: Final = "/"
MOST_CHANGES: Final = 20_000
"""After more than these all that was kept is dropped: looking at each would cost more than it saves."""
_PATIENCE_S: Final = 60.0
_PERHAPS_CUT: Final = 240


class Evaluator:
    """One call at a time. Paths are absolute; `NotShownError` where nothing is shown.

    For who wants an answer: `listing`, `look_up`, `paths_of`. For who explains one: inside `asking`, `level` says which
    mount entries look where for a path, with their rules and gates, and `found` what they find; `mounted`, `shown` and
    `places` answer there too. `drafted` is the tree as it would be with another directory document.

    With `keep=False` each call begins anew: the same answers, for comparison.
    """

    def __init__(
        self,
        *,
        cache_bytes: int = 128 << 20,
        clock: Clock = time,
        keep: bool = True,
        show_mosaic: bool = False,
    ) -> None:
        self.files_examined = 0
        self.directories_examined = 0
        self._cache_bytes = cache_bytes
        self._clock = clock
        self._keep = keep
        self._show_mosaic = show_mosaic
        self._seq = -1
        self._disturbances = Disturbances()
        self._begin_with(Knowledge())

    def _begin_with(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._whereabouts = Whereabouts()
        self._mounts = Mounts(knowledge.directories, Sources(knowledge.parties))
        self._listings = Listings(self._cache_bytes)
        self._levels = Levels(knowledge.directories, self._mounts, show_mosaic=self._show_mosaic)
        self._views = Views(self._mounts)
        self._following = Following(knowledge, self._mounts, self._listings, self._whereabouts, self._disturbances)
        self._disturbances.everything()
        self._used: set[Mounted] = set()
        self._now = -math.inf

    # --- answers ---------------------------------------------------------------------------------------------------

    def listing(self, filing: Filing, path: str) -> Listing:
        with self.asking(filing) as asking:
            return self._listing(asking, _tidy(path))

    def walk(self, filing: Filing, paths: Sequence[str], most: int, brief: str = "") -> Walked:
        """Nothing is kept of more than one: who walks comes by once."""
        found: list[Listing | Brief] = []
        names, waiting = 0, [_tidy(path) for path in reversed(paths)]
        with self.asking(filing) as asking:
            asking.ahead, asking.brief = max(most, 1) if brief else most, brief
            walk = Walk(asking, self.knowledge.directories, self.level)
            while waiting and (names < most or not found):
                path = waiting.pop()
                try:
                    listing = (walk.brief(path) if asking.brief else None) or self._listing(
                        asking, path, keeps=not most
                    )
                except NotShownError:
                    continue
                found.append(listing)
                entries = listing.directories if isinstance(listing, Brief) else listing.entries
                names += len(entries) + (len(listing.files.names) if isinstance(listing, Brief) else 0)
                waiting += _directories_among(path, entries)
        return Walked(found, waiting[::-1])

    def look_up(self, filing: Filing, path: str) -> Shown:
        """The entry that the listing of its parent shows; of `/` too, with an empty name."""
        path = _tidy(path)
        with self.asking(filing) as asking:
            shown = self.shown(asking, path)
        if shown is None:
            raise NotShownError(path)
        return shown

    def _root(self) -> Shown:
        known = self.knowledge.directories.at(ROOT)
        if known is None:
            return Shown(name="", kind="directory", inode=1, origin="synthetic")
        return Shown(name="", kind="directory", inode=1, origin="document", mount_count=len(known.document.mounts))

    def paths_of(self, filing: Filing, file_id: str, limit: int = 20) -> list[str]:
        """In order; views are no places."""
        with self.asking(filing) as asking:
            return sorted(self.places(asking, file_id))[:limit]

    def state(self, filing: Filing) -> TreeState:
        with self.asking(filing):
            return TreeState(
                directories=len(self.knowledge.directories),
                listings_kept=len(self._listings),
                kept_bytes=self._listings.bytes + self._whereabouts.bytes,
                files_examined=self.files_examined,
                directories_examined=self.directories_examined,
                labelled_files=self.knowledge.labels.labelled_files,
            )

    def disturbed(self, filing: Filing) -> Disturbed:
        """Since the last call."""
        with self.asking(filing):
            return self._disturbances.take()

    # --- catching up -----------------------------------------------------------------------------------------------

    def catch_up(self, filing: Filing) -> None:
        """If it is interrupted, the next one begins anew."""
        seq, self._seq = self._seq, -1
        changed = filing.changed(seq, MOST_CHANGES + 1) if 0 <= seq < filing.seq else [] if seq == filing.seq else None
        if changed is None or len(changed) > MOST_CHANGES:
            self._begin_anew(filing)
        elif changed:
            self._following.follow(filing, changed)
        self._seq = filing.seq

    def _begin_anew(self, filing: Filing) -> None:
        knowledge = Knowledge()
        knowledge.load(filing)
        self._begin_with(knowledge)

    @contextmanager
    def asking(self, filing: Filing) -> Iterator[Asking]:
        """One call: of the last commit, at one moment, with counters."""
        self.catch_up(filing)
        now = self._clock()
        if not self._keep or now < self._now - _PATIENCE_S:
            self._forget_all()
            self._disturbances.everything()
        self._now = now
        self._following.pass_time(now)
        asking = Asking(filing, now, self.knowledge, self._whereabouts)
        try:
            yield asking
        finally:
            self._account(asking)

    def _forget_all(self) -> None:
        for mounted in self._mounts:
            mounted.forget_all()
            self._listings.forget(mounted)
        self._listings.drop_all()

    def _account(self, asking: Asking) -> None:
        self.files_examined += asking.files_examined
        self.directories_examined += asking.directories_examined
        self._listings.used(self._used)
        for mounted in self._used:
            self._mounts.note_flip(mounted)
        self._used.clear()
        for mounted in self._listings.trim(self._whereabouts.bytes):
            mounted.forget_all()
        if self._whereabouts.bytes > self._cache_bytes // 2:
            self._forget_all()
            self._whereabouts.clear()

    # --- listings --------------------------------------------------------------------------------------------------

    def _listing(self, asking: Asking, path: str, *, keeps: bool = True) -> Listing:
        kept = self._fresh(asking, path)
        if kept is not None:
            return kept.listing
        if (path == MOSAIC or path.startswith(f"{MOSAIC}/")) and self._views.search(path) is None:
            return self._views.listing(asking, path)
        level = self.level(asking, path)
        found = self._levels.found(asking, level)
        listing = self._levels.listing(level, found)
        if not (listing.entries or level.is_document or path == ROOT or self.knowledge.directories.exists(path)):
            raise NotShownError(path)
        if not keeps:
            return listing
        flat = tuple((mounted, mounted.version) for mounted in level.flat)
        home = level.known.path if level.known is not None else None
        self._listings.put(path, Kept(listing, home, found.branches, flat, self._listings.losses))
        return msgspec.structs.replace(
            listing, files_examined=asking.files_examined, directories_examined=asking.directories_examined
        )

    def _fresh(self, asking: Asking, path: str) -> Kept | None:
        """What is kept of a directory, if it still holds."""
        kept = self._listings.get(path)
        if kept is not None and not self._still_holds(asking, path, kept):
            self._listings.drop(path)
            return None
        return kept

    def _still_holds(self, asking: Asking, path: str, kept: Kept) -> bool:
        for mounted, version in kept.flat:
            mounted.settle(asking)
            self._used.add(mounted)
            if mounted.version != version:
                return False
        if not kept.doubts and kept.losses == self._listings.losses:
            return True
        level = self.level(asking, path)
        if kept.losses == self._listings.losses:
            same = all(self._levels.branch(asking, level, name) == kept.branches.get(name, ()) for name in kept.doubts)
        else:
            same = self._levels.branches(asking, level) == kept.branches
            same = same and self._levels.shadowed(asking, level) == kept.listing.shadowed
        if not same:
            return False
        kept.doubts.clear()
        kept.losses = self._listings.losses
        return True

    # --- levels ----------------------------------------------------------------------------------------------------

    def level(self, asking: Asking, path: str) -> Level:
        """Which mount entries look where for this directory, whether or not anything is there."""
        known, names = self._home(path)
        below = self._components(asking, known, names)
        if below is None:
            raise NotShownError(path)
        level = self._levels.level(asking, path, known, below, self._leading_to(asking, path, below))
        self._used.update(level.mounted)
        return level

    def found(self, asking: Asking, level: Level) -> Found:
        """What is shown there and what is hidden; nothing of it is kept but verdicts."""
        return self._levels.found(asking, level)

    def mounted(self, known: Known) -> Sequence[Mounted]:
        """The mount entries of a directory that show something, with their rules."""
        return self._mounts.of(known)

    def _home(self, path: str) -> tuple[Known | None, tuple[str, ...]]:
        """The nearest directory document, and the names below it."""
        known = self._views.search(path) if path.startswith(f"{SEARCH}/") else self.knowledge.directories.nearest(path)
        if known is None:
            return None, ()
        rest = path[len(known.path) :].strip("/")
        return known, tuple(rest.split("/")) if rest else ()

    def _components(self, asking: Asking, known: Known | None, names: tuple[str, ...]) -> tuple[str, ...] | None:
        """Of the sources. A name that may have been cut is looked for above; None where it is nobody's."""
        if not all(map(showable, names)):
            return None
        if not any(map(_may_be_cut, names)):
            return names
        below: tuple[str, ...] = ()
        for name in names:
            component = self._cut_from(asking, known, below, name) if _may_be_cut(name) else name
            if component is None:
                return None
            below = (*below, component)
        return below

    def _cut_from(self, asking: Asking, known: Known | None, below: tuple[str, ...], name: str) -> str | None:
        assert known is not None
        level = self._levels.level(asking, joined(known.path, below), known, below, None)
        self._used.update(level.mounted)
        return next((each for each in self._levels.branches(asking, level) if shown_folder(each) == name), None)

    def _leading_to(self, asking: Asking, path: str, below: tuple[str, ...]) -> Sequence[Pair] | None:
        """Who has something below, where the directory above is kept and knows it."""
        if not below:
            return None
        above = self._fresh(asking, parent_and_name(path)[0])
        return above.branches.get(below[-1], ()) if above is not None else None

    # --- single names ----------------------------------------------------------------------------------------------

    def shown(self, asking: Asking, path: str) -> Shown | None:
        """What is at a path, if anything."""
        return self._root() if path == ROOT else self._look_up(asking, *parent_and_name(path))

    def _look_up(self, asking: Asking, parent: str, name: str) -> Shown | None:
        path = joined(parent, (name,))
        if path == MOSAIC or parent == SEARCH:
            inode = self._listing(asking, path).inode
            return Shown(name=name, kind="directory", inode=inode, origin="synthetic")
        kept = self._fresh(asking, parent)
        if kept is not None:
            return kept.named(name)
        if parent != MOSAIC and not parent.startswith(f"{MOSAIC}/"):
            level = self.level(asking, parent)
            if not level.flat and not may_be_changed(name) and not (parent == ROOT and name in RESERVED):
                return self._own_name(asking, level, name)
        return named(self._listing(asking, parent).entries, name)

    def _own_name(self, asking: Asking, level: Level, name: str) -> Shown | None:
        """Without a listing: nothing but what has this name itself can be shown under it."""
        if not showable(name):
            return None
        directories = self.knowledge.directories
        path = joined(level.path, (name,))
        known = directories.at(path)
        there = directories.exists(path) or self._levels.branch(asking, level, name)
        files = [
            candidate
            for each in level.looking
            for source in {each.window.file, joined(each.window.folder, (name,)) if each.window.folder else None}
            if source is not None and source.rpartition("/")[2] == name
            for candidate in self._levels.files_at(asking, each.mounted, each.node_id, source)
        ]
        files += self._levels.flat_named(asking, level, name)
        children = [known.document] if known is not None else []
        composed = self._levels.composed(level, files, [name] if there and known is None else [], children)
        return named(composed.entries, name)

    def places(self, asking: Asking, file_id: str) -> set[str]:
        """Where the file is listed; views are no places."""
        rows = asking.noted(asking.filing.rows_of([file_id]))
        for known in self.knowledge.directories:
            self._mounts.of(known)
        found: set[str] = set()
        for row in rows:
            for mounted, names in list(self._mounts.concerned(row.node_id, row.folder)):
                path = joined(mounted.path, tuple(map(shown_folder, names)))
                nearest = self.knowledge.directories.nearest(path)
                if nearest is None or nearest.path != mounted.path or path in found:
                    continue
                mounted.settle(asking)
                self._used.add(mounted)
                if mounted.source.has(asking, row) and mounted.verdict(asking, row) == PASSES:
                    found |= {joined(path, (name,)) for name in self._names_of(asking, path, row)}
        return found

    def _names_of(self, asking: Asking, path: str, row: FileRow) -> list[str]:
        """Under which this directory shows the file. A long listing is made only where another has its name."""
        kept = self._fresh(asking, path)
        if kept is not None:
            own = kept.named(row.name)
        else:
            level = self.level(asking, path)
            is_plain = not may_be_changed(row.name) and all(each.source.limit is None for each in level.flat)
            own = self._own_name(asking, level, row.name) if is_plain else None
        if own is not None and own.file_id == row.file_id:
            return [own.name]
        entries = self._listing(asking, path).entries
        return [each.name for each in entries if each.file_id == row.file_id]

    # --- drafts ----------------------------------------------------------------------------------------------------

    def drafted(self, document: VirtualDirectory) -> Evaluator:
        """The tree with this document in place of the one at its path, for use inside the same `asking`."""
        draft = Evaluator(cache_bytes=self._cache_bytes, clock=lambda: self._now, show_mosaic=self._show_mosaic)
        knowledge = Knowledge()
        knowledge.parties, knowledge.nodes = self.knowledge.parties, self.knowledge.nodes
        knowledge.labels, knowledge.accesses = self.knowledge.labels, self.knowledge.accesses
        knowledge.directories = self.knowledge.directories.drafted(document)
        draft._begin_with(knowledge)
        draft._seq = self._seq
        return draft


def _directories_among(path: str, entries: Sequence[Shown]) -> list[str]:
    """Their paths, the first one last; without the views."""
    names = [each.name for each in takewhile(lambda each: each.kind == "directory", entries)]
    paths = [joined(path, (name,)) for name in reversed(names)]
    return [path for path in paths if path != MOSAIC]


def _may_be_cut(name: str) -> bool:
    """What was cut is nearly as long as a name may be; what is longer still is nobody's."""
    return len(name) >= _PERHAPS_CUT // 4 and len(name.encode(errors="surrogatepass")) >= _PERHAPS_CUT


def _tidy(path: str) -> str:
    path = path.rstrip("/") or ROOT
    if not is_path(path):
        raise NotShownError(path)
    return path
