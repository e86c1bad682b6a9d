"""The driver for whole file systems: one mark on each, and nothing to be done per folder, however many there are.

It hears of every change on them, so what lies outside of the roots is dropped first. A folder is named by a handle, and
`places` knows where it is. Folders are renamed while we read, so a path may be newer than the event that it belongs to;
wherever that could matter, the folder is looked at once more.

The calls and what they need of the system are in `handles`. What the observations mean is for `settling`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from mosaicfs_disk.watching import handles
from mosaicfs_disk.watching.driver import Digest
from mosaicfs_disk.watching.handles import Handle, KernelEvent
from mosaicfs_disk.watching.mounts import is_silent
from mosaicfs_disk.watching.outbox import lies_in
from mosaicfs_disk.watching.places import Places, Root, join
from mosaicfs_disk.watching.raw import Raw


class Went(NamedTuple):
    """A root, which was removed or renamed, by itself or with a folder above it."""

    root: bytes


class Lost(NamedTuple):
    """The kernel dropped events."""


class Unsure(NamedTuple):
    """A folder of this root could not be found, though it is there."""

    root: bytes


class _Move(NamedTuple):
    old: bytes
    new: bytes
    is_folder: bool


Noticed = Raw | Went | Lost | Unsure
Excluded = Callable[[bytes, bool], bool]


class Fanotify:
    name = "fanotify"
    limit = 0
    reads_disk = True

    def __init__(self, is_excluded: Excluded, mounts: Mapping[bytes, str]) -> None:
        """Raises OSError where this process may not, or the kernel is too old."""
        self._is_excluded = is_excluded
        self._mounts = mounts
        self._places = Places(is_excluded)
        self._unwatched: dict[bytes, bytes] = {}
        self._cookies = count(1)
        self._moves: list[_Move] = []
        self._moves_before: list[_Move] = []
        self._again: set[Handle] = set()
        self._looks: set[bytes] = set()
        self._marked = 0
        self._group = handles.begun()

    def fileno(self) -> int:
        return self._group

    def close(self) -> None:
        os.close(self._group)

    def watches(self) -> int:
        """File systems."""
        return len({filesystem for root in self._places.roots.values() for _, filesystem in root.points})

    def roots(self) -> list[bytes]:
        return list(self._places.roots)

    def unwatched(self) -> list[bytes]:
        return list(self._unwatched)

    # --- watching ----------------------------------------------------------------------------------------------------

    def watch(self, roots: Iterable[bytes]) -> list[bytes]:
        """A root whose file system cannot be watched is unwatched, as is what is mounted below one."""
        absent: list[bytes] = []
        for root in roots:
            self.unwatch(root)
            try:
                self._places.roots[root] = self._root(root)
            except (FileNotFoundError, NotADirectoryError):
                absent.append(root)
            except OSError:
                self._unwatched[root] = root
        self._places.forget()
        self._marked = handles.watched_filesystems(self._group)
        return absent

    def unwatch(self, root: bytes) -> None:
        """The mark stays: other roots may be on the same file system, and what is outside of all is dropped."""
        self._places.roots.pop(root, None)
        self._unwatched = {path: top for path, top in self._unwatched.items() if top != root}
        self._places.forget()

    def watch_again(self) -> list[bytes]:
        return self.watch(self.roots())

    def watch_more(self) -> None:
        """Nothing becomes free that was not."""

    def remounted(self, mounts: Mapping[bytes, str], points: Iterable[bytes]) -> None:
        self._mounts = mounts
        for root in self.roots():
            if any(lies_in(point, root) for point in points):
                self.watch([root])

    def lost_ground(self) -> bool:
        return handles.watched_filesystems(self._group) < self._marked

    def try_out(self, root: bytes) -> None:
        """Raises OSError when the root could be watched and may not be."""
        handle = self._root(root).above[0]
        fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.close(handles.opened(fd, handle))
        finally:
            os.close(fd)

    def _root(self, path: bytes) -> Root:
        real = os.path.realpath(path)
        below = [self._with(path, real, point) for point in self._mounts if point != real and lies_in(point, real)]
        points = (self._point(real), *(found for found in below if found is not None))
        return Root(path, real, tuple(_handles_above(real)), points)

    def _point(self, place: bytes) -> tuple[bytes, int]:
        if not os.path.isdir(place):  # noqa: PTH112 - paths are bytes
            raise NotADirectoryError(place)
        handles.watch_filesystem(self._group, place)
        return place, handles.filesystem_of(place)

    def _with(self, root: bytes, real: bytes, point: bytes) -> tuple[bytes, int] | None:
        """None for a mount below the root that tells of nothing."""
        shown = join(root, point[len(real.rstrip(b"/")) + 1 :])
        if self._is_excluded(shown, True):
            return None
        try:
            if not is_silent(self._mounts[point]):
                return self._point(point)
        except NotADirectoryError:  # a file that is mounted on a file
            return None
        except OSError:
            pass
        self._unwatched[shown] = root
        return None

    # --- reading -----------------------------------------------------------------------------------------------------

    def read(self) -> list[Noticed]:
        """All that waits and lies in a root."""
        noticed: list[Noticed] = []
        for event in handles.waiting(self._group):
            if event.mask & handles.OVERFLOW:
                self._places.forget()
                noticed.append(Lost())
            elif event.mask & handles.RENAME:
                self._renamed(event, noticed)
            else:
                self._happened(event, noticed)
        noticed += self._second_looks()
        noticed += [Unsure(root) for root in self._places.unsure]
        self._places.unsure.clear()
        self._places.age()
        self._moves_before, self._moves = self._moves, []
        return noticed

    def roots_of(self, events: Sequence[Noticed]) -> set[bytes]:
        paths = {event.path for event in events if isinstance(event, Raw)}
        return {root for root in self.roots() if any(lies_in(path, root) for path in paths)}

    def may_take_long(self, events: Sequence[Noticed]) -> bool:
        return False

    def digest(self, events: Sequence[Noticed]) -> Digest:
        return Digest(
            raws=[event for event in events if isinstance(event, Raw)],
            overflow=any(isinstance(event, Lost) for event in events),
            confused=frozenset(event.root for event in events if isinstance(event, Unsure)),
            gone=[event.root for event in events if isinstance(event, Went)],
        )

    def _happened(self, event: KernelEvent, noticed: list[Noticed]) -> None:
        """The kernel folds what happens to one file under one name, so one event may be a whole life."""
        is_folder = bool(event.mask & handles.ONDIR)
        if is_folder and event.mask & handles.DELETE and self._took_root(event, noticed):
            return
        path = self._path(event.folder, event.name, is_folder)
        if path is None or event.name == b".":
            return
        if event.mask & handles.CREATE:
            noticed.append(Raw("made", path, is_folder))
        if event.mask & handles.DELETE:
            noticed.append(Raw("dropped", path, is_folder))
        elif not is_folder and not event.mask & handles.CREATE:
            noticed.append(Raw("written", path))

    def _renamed(self, event: KernelEvent, noticed: list[Noticed]) -> None:
        is_folder, cookie = bool(event.mask & handles.ONDIR), next(self._cookies)
        if is_folder and self._took_root(event, noticed):
            return
        old = self._path(event.folder, event.name, is_folder)
        new = self._path(event.new_folder, event.new_name, is_folder)
        if old is not None:
            noticed.append(Raw("left", old, is_folder, cookie))
        if new is not None:
            noticed.append(Raw("arrived", new, is_folder, cookie))
        if old is not None and new is not None:
            self._doubt_a_circle(_Move(old, new, is_folder))
        if is_folder and (old is not None or new is not None):
            self._doubt_what_is_young(event, old, new)
            self._places.moved(old, new)

    def _path(self, folder: Handle | None, name: bytes, is_folder: bool) -> bytes | None:
        place = self._places.of(folder) if folder is not None else None
        if place is None:
            return None
        path = join(place, name)
        return None if self._is_excluded(path, is_folder) else path

    def _took_root(self, event: KernelEvent, noticed: list[Noticed]) -> bool:
        gone = [root.path for root in self._places.roots.values() if event.target in root.above]
        for root in gone:
            self.unwatch(root)
            noticed.append(Went(root))
        return bool(gone)

    # --- paths that may be newer than their events -------------------------------------------------------------------

    def _doubt_what_is_young(self, event: KernelEvent, old: bytes | None, new: bytes | None) -> None:
        """This rename was perhaps over when the place of these folders was asked for: then what was said of them was
        said of the right place too early, and has been moved away with the rest.
        """
        young = self._places.young()
        everywhere = event.folder in young or event.new_folder in young
        tops = [path for path in (old, new) if path is not None]
        for folder, path in young.items():
            if everywhere or any(lies_in(path, top) for top in tops):
                self._again.add(folder)

    def _doubt_a_circle(self, move: _Move) -> None:
        """Something came to where something else has just left, and one of them is a folder: two that changed places,
        or a rename that the kernel folded into an earlier one of the same names.
        """
        moves = [*self._moves_before, *self._moves]
        if any(earlier.old == move.new and (earlier.is_folder or move.is_folder) for earlier in moves):
            self._looks.update(path for each in (*moves, move) if each.is_folder for path in each[:2])
        self._moves.append(move)

    def _second_looks(self) -> list[Raw]:
        for folder in self._again:
            self._places.forget(folder)
            path = self._places.of(folder)
            if path is not None:
                self._looks.add(path)
        raws = [Raw("look", path, is_folder=True) for path in sorted(self._looks)]
        self._again.clear()
        self._looks.clear()
        return raws


def _handles_above(real: bytes) -> Iterable[Handle]:
    """Of the folder first. One above may be on a file system that has no handles, and tells nothing then."""
    yield handles.handle_of(real)
    while real != b"/":
        real = os.path.dirname(real)  # noqa: PTH120 - paths are bytes
        try:
            yield handles.handle_of(real)
        except OSError:
            continue
