"""How far each pin is: what it is about, what of it is here, and what has no room; for the status of the node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mosaicfs.model.entry import Entry
from mosaicfs.model.filling import PinShare
from mosaicfs.model.json import JsonObject
from mosaicfs.services.pinning.fetching import Waits

MOST_NAMED = 20


@dataclass(slots=True)
class PinCount:
    """`files` and `bytes` are of all that the pin is about; `blocked` names the smallest that have no room."""

    files: int
    bytes: int
    taken_files: int
    kept_files: int
    kept_bytes: int
    blocked_files: int
    blocked_bytes: int
    blocked: tuple[str, ...]

    def add(self, size: int) -> None:
        self.kept_files += 1
        self.kept_bytes += size

    def state(self, *, is_at_work: bool) -> str:
        if self.kept_files < self.taken_files:
            return "fetching" if is_at_work else "waiting"
        return "blocked" if self.blocked_files else "kept"

    def told(self, *, is_at_work: bool, waits: Waits) -> JsonObject:
        state = self.state(is_at_work=is_at_work)
        return {
            "state": state,
            "waits_for": waits if state == "waiting" else "",
            "files": self.files,
            "bytes": self.bytes,
            "kept_files": self.kept_files,
            "kept_bytes": self.kept_bytes,
            "blocked_files": self.blocked_files,
            "blocked_bytes": self.blocked_bytes,
            "blocked": list(self.blocked),
        }


def count_of(share: PinShare, entries: Mapping[str, Entry], kept: Sequence[int]) -> PinCount:
    """`kept` are the sizes of what is here."""
    blocked_bytes = sum(file.size for file in share.blocked)
    return PinCount(
        files=len(share.taken) + len(share.blocked),
        bytes=sum(file.size for file in share.taken) + blocked_bytes,
        taken_files=len(share.taken),
        kept_files=len(kept),
        kept_bytes=sum(kept),
        blocked_files=len(share.blocked),
        blocked_bytes=blocked_bytes,
        blocked=tuple(entries[file.file_id].export_path for file in share.blocked[:MOST_NAMED]),
    )
