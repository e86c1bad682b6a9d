"""What a walk met and could not index: counted, and named so that the owner can do something about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from mosaicfs.model.crawling import Skipped
from mosaicfs_disk.showing import escaped

MOST_NAMES = 20
MOST_FOLDERS = 1_000


@dataclass(slots=True)
class Findings:
    """`untouched` are folders of which nothing is known now: what was known below them stays as it is."""

    skipped_names: int = 0
    unreadable_count: int = 0
    other: int = 0
    names: list[str] = field(default_factory=list)
    unreadable_folders: list[Skipped] = field(default_factory=list)
    untouched: set[str] = field(default_factory=set)

    def skipped_name(self, path: str) -> None:
        self.skipped_names += 1
        if len(self.names) < MOST_NAMES:
            self.names.append(escaped(path))

    def unreadable(self, path: str, trouble: OSError) -> None:
        self.unreadable_count += 1
        self.untouched.add(path)
        if len(self.unreadable_folders) < MOST_FOLDERS:
            self.unreadable_folders.append(Skipped(path, f"unreadable: {trouble.strerror or trouble}"))

    def disk_is_away(self, path: str) -> None:
        """A file system was mounted here, and is not now."""
        self.unreadable_count += 1
        self.untouched.add(path)
        self.unreadable_folders.append(Skipped(path, "unreadable: what was mounted here is not mounted now"))

    def not_entered(self, path: str) -> None:
        """On purpose: another file system, or a folder that we are in already."""
        self.other += 1
        self.untouched.add(path)

    def skipped(self) -> tuple[Skipped, ...]:
        """The first names in escaped form, and the folders that could not be read."""
        return (*(Skipped(name, "name") for name in self.names), *self.unreadable_folders)
