"""Which directories may be shown differently than before, collected until somebody asks: for who keeps what was listed.

It is told where what is kept here is dropped or doubted, so it names what changed, and what stands above and below it,
and now and then a directory too many; none too few of those that somebody has asked for.
"""

from __future__ import annotations

from typing import Final

from mosaicfs.model.tree import Disturbed
from mosaicfs.tree.places import joined

_MANY: Final = 20_000


class Disturbances:
    """Nobody pays for it before the first `take`, which says that everything may be different."""

    def __init__(self) -> None:
        self._is_asked = False
        self._directories: set[str] = set()
        self._below: set[str] = set()
        self._everything = True
        self._lost = False

    def directory(self, path: str, names: tuple[str, ...] = ()) -> None:
        """That directory, and each on the way down these names: one that is empty now is not shown any more."""
        if self._is_wanted():
            self._directories.add(path)
            for name in names:
                path = joined(path, (name,))
                self._directories.add(path)

    def below(self, path: str) -> None:
        """A directory with all that is below it; those above show it, or do not any more."""
        if self._is_wanted():
            self._below.add(path)
            while path != "/":
                path = path.rpartition("/")[0] or "/"
                self._directories.add(path)

    def everything(self) -> None:
        self._everything = True

    def lost(self) -> None:
        """Something, from nobody knows where."""
        self._lost = True

    def take(self) -> Disturbed:
        taken = Disturbed(frozenset(self._directories), frozenset(self._below), self._everything, self._lost)
        self._directories, self._below = set(), set()
        self._is_asked, self._everything, self._lost = True, False, False
        return taken

    def _is_wanted(self) -> bool:
        """What is too much to be told one by one is everything."""
        if not self._is_asked or self._everything:
            return False
        if len(self._directories) + len(self._below) > _MANY:
            self._everything = True
            self._directories, self._below = set(), set()
        return not self._everything
