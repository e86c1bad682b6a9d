"""Which files of which pins are to be here, and which have no room: plain values, no store, no clock.

A pin takes its files by size, the smallest first, until its budget is used up; what lies on this machine by itself
needs no room. Files of several pins count in each and are here once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mosaicfs.model.entry import Entry


def is_own(entry: Entry, node_id: str) -> bool:
    """Whether it lies on that node by itself. What a cloud service has only left the name of does not."""
    return entry.node_id == node_id and entry.backend is None and entry.state is None


class PinnedFile(NamedTuple):
    """`is_own`: it lies on this machine whether it is pinned or not."""

    file_id: str
    size: int
    is_own: bool = False


class PinWish(NamedTuple):
    """A pin that is in force, and all files that it is about, each once."""

    pin_id: str
    priority: int
    budget_bytes: int
    files: Sequence[PinnedFile]


class PinShare(NamedTuple):
    """What a pin may have here, and what it may not; each by size."""

    pin_id: str
    taken: tuple[PinnedFile, ...]
    blocked: tuple[PinnedFile, ...]


class Filling(NamedTuple):
    """`wanted` in the order in which it is to be fetched; own files are none of it. `blocked` are in no pin's share."""

    shares: tuple[PinShare, ...]
    wanted: tuple[PinnedFile, ...]
    own: frozenset[str]
    blocked: frozenset[str]


def share_of(pin_id: str, budget_bytes: int, files: Iterable[PinnedFile]) -> PinShare:
    """Nothing is taken that is larger than something that is blocked."""
    taken: list[PinnedFile] = []
    blocked: list[PinnedFile] = []
    left = budget_bytes
    for file in sorted(files, key=_by_size):
        room = 0 if file.is_own else file.size
        if room > left:
            blocked.append(file)
        else:
            left -= room
            taken.append(file)
    return PinShare(pin_id, tuple(taken), tuple(blocked))


def filling_of(wishes: Sequence[PinWish]) -> Filling:
    """By priority, the highest first; within one, the smallest file."""
    shares = tuple(share_of(wish.pin_id, wish.budget_bytes, wish.files) for wish in wishes)
    urgency: dict[PinnedFile, int] = {}
    for wish, share in zip(wishes, shares, strict=True):
        for file in share.taken:
            urgency[file] = max(wish.priority, urgency.get(file, wish.priority))
    taken = {file.file_id for file in urgency}
    wanted = sorted((file for file in urgency if not file.is_own), key=lambda file: (-urgency[file], *_by_size(file)))
    return Filling(
        shares,
        tuple(wanted),
        frozenset(file.file_id for file in urgency if file.is_own),
        frozenset(file.file_id for share in shares for file in share.blocked if file.file_id not in taken),
    )


def _by_size(file: PinnedFile) -> tuple[int, str]:
    return file.size, file.file_id
