"""Listings that are kept, and how long what is kept may stay: the least recently used goes first.

A change of a file drops the one listing that shows it. Of the directories above only the component that leads to it is
doubtful: whether it is still shown, and by whom, is looked up at the next question.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from mosaicfs.model.names import covers
from mosaicfs.model.tree import Listing, Shown
from mosaicfs.tree.composing import named
from mosaicfs.tree.directories import Directories
from mosaicfs.tree.mounted import Mounted
from mosaicfs.tree.names import shown_folder
from mosaicfs.tree.places import joined

Pair: TypeAlias = tuple[int, str]
"""The position of a mount entry, and a node."""

_SHARE_OF_VERDICTS: Final = 0.75
_SHARE_OF_LISTINGS: Final = 0.125
_BYTES: Final = 1_000
_BYTES_AN_ENTRY: Final = 650
_BYTES_A_BRANCH: Final = 160


@dataclass(slots=True)
class Kept:
    """`branches` are source components and who leads on through them, `flat` the versions of what was gathered."""

    listing: Listing
    home: str | None
    branches: Mapping[str, tuple[Pair, ...]]
    flat: tuple[tuple[Mounted, int], ...]
    losses: int
    doubts: set[str] = field(default_factory=set)

    def named(self, name: str) -> Shown | None:
        return named(self.listing.entries, name)

    @property
    def bytes(self) -> int:
        return _BYTES + len(self.listing.entries) * _BYTES_AN_ENTRY + len(self.branches) * _BYTES_A_BRANCH


class Listings:
    """`losses` counts files that went away from nobody knows where: what was found before one is asked again."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._at_home: defaultdict[str | None, set[str]] = defaultdict(set)
        self._verdicts: OrderedDict[Mounted, int] = OrderedDict()
        self._listing_bytes = self._verdict_bytes = 0
        self.losses = 0

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        return self._listing_bytes + self._verdict_bytes

    def get(self, path: str) -> Kept | None:
        kept = self._kept.get(path)
        if kept is not None:
            self._kept.move_to_end(path)
        return kept

    def put(self, path: str, kept: Kept) -> None:
        self.drop(path)
        self._kept[path] = kept
        self._at_home[kept.home].add(path)
        self._listing_bytes += kept.bytes

    def used(self, mounted: Iterable[Mounted]) -> None:
        """Their verdicts count too."""
        for each in mounted:
            self.forget(each)
            self._verdicts[each] = size = each.bytes
            self._verdict_bytes += size

    # --- dropping ------------------------------------------------------------------------------------------------

    def drop(self, path: str) -> None:
        kept = self._kept.pop(path, None)
        if kept is not None:
            self._at_home[kept.home].discard(path)
            self._listing_bytes -= kept.bytes

    def drop_home(self, home: str) -> None:
        """All that the mount entries of one directory show."""
        for path in list(self._at_home.get(home, ())):
            self.drop(path)

    def drop_around(self, changed: set[str]) -> None:
        """Of these paths, what is above and what is below."""
        for path in [path for path in self._kept if any(covers(path, each) or covers(each, path) for each in changed)]:
            self.drop(path)

    def drop_all(self) -> None:
        for path in list(self._kept):
            self.drop(path)

    def forget(self, mounted: Mounted) -> None:
        """Nothing of it counts any more."""
        self._verdict_bytes -= self._verdicts.pop(mounted, 0)

    def disturb(self, mounted: Mounted, names: tuple[str, ...], directories: Directories) -> None:
        """Something changed in the directory that is these names below the one of the mount entry."""
        path = mounted.path
        for name in names:
            kept = self._kept.get(path)
            below = joined(path, (shown_folder(name),))
            document = directories.at(below) is not None
            if kept is not None and document:
                self.drop(path)
            elif kept is not None:
                kept.doubts.add(name)
            if document:
                return
            path = below
        self.drop(path)

    def trim(self, others: int) -> Iterator[Mounted]:
        """Let go until all is within the limit; mount entries whose verdicts must go are told.

        A listing takes a hundred times the room of the verdicts that it can be made of again, so verdicts have most of
        the room. The listing that was asked for last stays however large it is, for its names may be asked for next.
        """
        while self._verdicts and self._verdict_bytes + others > self._limit * _SHARE_OF_VERDICTS:
            mounted = next(iter(self._verdicts))
            self.forget(mounted)
            self.drop_home(mounted.path)
            yield mounted
        room = min(self._limit * _SHARE_OF_LISTINGS, self._limit - self._verdict_bytes - others)
        while len(self._kept) > (self._limit > 0) and self._listing_bytes > room:
            self.drop(next(iter(self._kept)))
