"""Opening one file in a folder that shows another node's files: below it, whole, and of the version that is wanted.

All of it blocks, perhaps for ever, and belongs into a thread.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from mosaicfs import (
    LinkRefusedError,
    OpenFile,
    SlowCalls,
    icloud_stub,
    is_evicted,
    is_evicted_by_icloud,
    open_below,
    open_folder,
    real_path_of,
)
from mosaicfs.errors import (
    AccessRefusedError,
    EntryChangedError,
    EntryUnreadableError,
    PathRefusedError,
    SourceUnavailableError,
)
from mosaicfs.model.declared import Declared
from mosaicfs.model.entry import Entry
from mosaicfs.model.names import covers
from mosaicfs.model.times import instant
from mosaicfs_tiers.mounted.declared import owners_path
from mosaicfs_tiers.mounted.mount_table import lies_in_ours

TOLERANCE_MICROS = 2_000_000
"""Network file systems and cloud programs keep times no more exactly than that."""


def open_shown(place: Declared, entry: Entry, own: Sequence[str], calls: SlowCalls | None) -> OpenFile:
    """`own` are real paths of folders whose files are never served."""
    if lies_in_ours(place.local_path):
        raise PathRefusedError(place.local_path, "it lies inside MosaicFS")
    try:
        folder = open_folder(place.local_path)
    except OSError as trouble:
        raise SourceUnavailableError(place.local_path, trouble.strerror or str(trouble)) from None
    try:
        return OpenFile(_descriptor(folder, place, entry, own), entry.file_id, calls)
    finally:
        os.close(folder)


def _descriptor(folder: int, place: Declared, entry: Entry, own: Sequence[str]) -> int:
    below = place.below(owners_path(entry))
    real_folder = real_path_of(folder)
    if lies_in_ours(real_folder):
        raise PathRefusedError(place.local_path, "it lies inside MosaicFS")

    def admit(path: str, found: os.stat_result) -> None:
        _refuse_outside(path, real_folder, own)
        _refuse_other(found, place, entry)

    try:
        descriptor = open_below(folder, below, admit)
    except (FileNotFoundError, NotADirectoryError):
        raise _absent(folder, below, place) from None
    except LinkRefusedError:
        raise PathRefusedError(f"{place.local_path}/{below}", "a link on the way to it has no end or no name") from None
    except PermissionError:
        raise AccessRefusedError(entry.name, f"who runs MosaicFS may not read it in {place.local_path}") from None
    except OSError as trouble:
        raise EntryUnreadableError(entry.file_id, trouble.strerror or str(trouble)) from None
    if place.is_synced and is_evicted_by_icloud(descriptor):
        os.close(descriptor)
        raise _evicted(place)
    return descriptor


def _refuse_outside(path: str, folder: str, own: Sequence[str]) -> None:
    if not covers(folder, path) or path == folder:
        raise PathRefusedError(path, "a link leads out of the folder that shows it")
    if any(covers(each, path) for each in own):
        raise PathRefusedError(path, "it belongs to MosaicFS itself")


def _refuse_other(found: os.stat_result, place: Declared, entry: Entry) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise PathRefusedError(place.local_path, "it is no regular file")
    if place.is_synced and is_evicted(found):
        raise _evicted(place)
    if not is_version(found, entry):
        raise EntryChangedError(entry.file_id)


def is_version(found: os.stat_result, entry: Entry) -> bool:
    size_fits = found.st_size == entry.size or not entry.size_known
    return size_fits and abs(found.st_mtime_ns // 1000 - instant(entry.mtime)) <= TOLERANCE_MICROS


def _absent(folder: int, below: str, place: Declared) -> SourceUnavailableError:
    """It may be that nothing is mounted there, so nobody says that the file is gone."""
    if place.is_synced and _has_stub(folder, below):
        return _evicted(place)
    return SourceUnavailableError(place.local_path, "the file is not there; it may not be mounted")


def _has_stub(folder: int, below: str) -> bool:
    return Path(f"/proc/self/fd/{folder}", icloud_stub(below)).is_file()


def _evicted(place: Declared) -> SourceUnavailableError:
    return SourceUnavailableError(place.local_path, "its program keeps the bytes in the cloud and not on this machine")
