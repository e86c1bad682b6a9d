"""What `watching` asks of a driver to which the kernel tells of changes: `inotify` and `fanotify` answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from mosaicfs_disk.watching.raw import Raw


class Digest(NamedTuple):
    """`confused`: roots where names were reused so fast that what is known of watches may be wrong. `watch_again` mends
    it, and what was observed there meanwhile may have been told of wrong places.
    """

    raws: list[Raw]
    overflow: bool
    confused: frozenset[bytes]
    gone: list[bytes]


E = TypeVar("E")


class Driver(Protocol[E]):
    """Of what it reads, an `E`, only the driver knows what it is.

    Everything blocks for as long as the disk does, and only one call may run at a time; `watching` sees to both.
    """

    @property
    def name(self) -> str: ...

    @property
    def limit(self) -> int:
        """Most watches; 0 where there is no such limit."""
        ...

    @property
    def reads_disk(self) -> bool:
        """Whether `read` asks the disk too."""
        ...

    def fileno(self) -> int: ...

    def close(self) -> None: ...

    def watches(self) -> int: ...

    def roots(self) -> list[bytes]: ...

    def unwatched(self) -> list[bytes]: ...

    def watch(self, roots: Iterable[bytes]) -> list[bytes]:
        """Returns those that are not there."""
        ...

    def unwatch(self, root: bytes) -> None: ...

    def watch_again(self) -> list[bytes]:
        """Make the watches what they should be, after observations were lost. Returns roots that are not there."""
        ...

    def watch_more(self) -> None:
        """Try the folders again for which there was no watch."""
        ...

    def remounted(self, mounts: Mapping[bytes, str], points: Iterable[bytes]) -> None:
        """Something was mounted, or is no longer, at these paths below the roots."""
        ...

    def lost_ground(self) -> bool:
        """Whether a file system went and took its watches along without a word, perhaps to come back as another."""
        ...

    def read(self) -> list[E]: ...

    def roots_of(self, events: Sequence[E]) -> set[bytes]: ...

    def may_take_long(self, events: Sequence[E]) -> bool:
        """Whether `digest` will ask the disk."""
        ...

    def digest(self, events: Sequence[E]) -> Digest:
        """What was observed, in order, the halves of a move side by side. A folder that came is watched by now."""
        ...
