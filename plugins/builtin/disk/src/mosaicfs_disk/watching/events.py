"""What the watcher tells the rest: settled events, in an order in which they can be applied one after the other.

`Touched`, `Gone` and `NewFolder` are three expectations of one request: *look at this path, and at what is known below
it*. The disk may have gone on since, so what is found there counts, whichever event asked. `Moved` is the only one that
carries what no look can find: where something came from.

These are tuples, so two events of different classes with the same path are equal. Tell them apart with `match`, and
never keep them in one set.
"""

from __future__ import annotations

from typing import NamedTuple


class Touched(NamedTuple):
    """A file appeared here or changed. If it lies where a folder was, all that was known below is gone."""

    path: bytes


class Gone(NamedTuple):
    """Not here any more: removed, or moved to where nobody watches. Holds for everything below it too."""

    path: bytes


class Moved(NamedTuple):
    """Renamed. For a file, look at `new` as well: another file may have been there. A change made before or after the
    move has an event of its own. A folder comes with all that is below it and need not be read; if nothing is known at
    `old`, look through `new` instead.

    A file whose old path was filled again at once was a backup, and is not reported as moved.
    """

    old: bytes
    new: bytes
    is_folder: bool


class NewFolder(NamedTuple):
    """A folder appeared: look through all of it. All folders in it are watched already."""

    path: bytes


class Doubt(NamedTuple):
    """Something was or may have been missed below this root or folder, or it cannot be watched: crawl it."""

    path: bytes


class RootGone(NamedTuple):
    """The root was removed, renamed or unmounted and is not watched any more, until it is added again."""

    path: bytes


Event = Touched | Gone | Moved | NewFolder | Doubt | RootGone
