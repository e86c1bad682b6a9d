"""Opening one file of this machine below the folder that lets it be served. All of it blocks."""

from __future__ import annotations

import os
from pathlib import Path

from mosaicfs import (
    LinkRefusedError,
    OpenFile,
    OtherMountError,
    SlowCalls,
    is_dataless,
    is_evicted,
    open_below,
    open_folder,
    real_path_of,
)
from mosaicfs.errors import (
    AccessRefusedError,
    DiskMissingError,
    EntryGoneError,
    EntryUnreadableError,
    PathRefusedError,
    SourceUnavailableError,
)
from mosaicfs.model.entry import Entry
from mosaicfs.model.names import covers
from mosaicfs_disk.local_tier.containment import Containment
from mosaicfs_disk.local_tier.grounds import Lying
from mosaicfs_disk.presence import facts_of, verdict
from mosaicfs_disk.roots import Roots


class Opening:
    """`roots` is the agent's own file of what it watches."""

    def __init__(self, containment: Containment, roots: Path) -> None:
        self._containment = containment
        self._roots = roots

    def open_near(self, lying: Lying, entry: Entry, *, synced: bool) -> OpenFile:
        """Of a folder that answers: `OtherMountError` before anything is asked that may not."""
        return self.open(lying, entry, synced=synced, same_mount=True)

    def open(
        self, lying: Lying, entry: Entry, *, synced: bool, same_mount: bool = False, calls: SlowCalls | None = None
    ) -> OpenFile:
        """`synced`: the program of a cloud keeps its folder in step, and may have let go of the bytes."""
        try:
            folder = open_folder(lying.folder)
        except OSError:
            raise DiskMissingError(lying.folder) from None
        try:
            descriptor = self._descriptor(folder, lying, entry, synced=synced, same_mount=same_mount)
            return OpenFile(descriptor, entry.file_id, calls)
        finally:
            os.close(folder)

    def _descriptor(self, folder: int, lying: Lying, entry: Entry, *, synced: bool, same_mount: bool) -> int:
        real_folder = real_path_of(folder)

        def admit(path: str, found: os.stat_result) -> None:
            self._containment.admit(lying, real_folder, path, found)
            if is_evicted(found) if synced or entry.state == "placeholder" else is_dataless(found):
                raise SourceUnavailableError(entry.name, "its bytes are in the cloud and not on this machine")

        try:
            return open_below(folder, lying.below, admit, same_mount=same_mount)
        except OtherMountError:
            raise
        except (FileNotFoundError, NotADirectoryError):
            self._refuse_other_disk(lying)
            raise EntryGoneError(entry.file_id) from None
        except LinkRefusedError:
            raise PathRefusedError(lying.path, "a link on the way to it leads nowhere that has a name") from None
        except PermissionError:
            raise AccessRefusedError(entry.name, "who runs MosaicFS may not read it") from None
        except OSError as trouble:
            raise EntryUnreadableError(entry.file_id, trouble.strerror or str(trouble)) from None

    def _refuse_other_disk(self, lying: Lying) -> None:
        """An empty folder where a disk should be mounted is not a folder whose files are gone."""
        roots = Roots(self._roots)
        watched = next((path for path in roots.paths() if covers(path, lying.path)), "")
        recorded = roots[watched].identity if watched else None
        if recorded is None:
            return
        found = verdict(recorded, facts_of(watched), knows_files=True, marker_required=False)
        if found.state != "present":
            raise DiskMissingError(watched)
