"""Is a watched folder there, and is it still the same? An unreachable source is not an empty source.

The decision is a plain function over facts. Finding them out may never end where a network is dead, so each folder has
one thread for it that is given up, and not started again, while it hangs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import trio
from msgspec import Struct

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.crawling import Change
from mosaicfs.model.times import mtime_text
from mosaicfs_disk.mounts import Mount, mounts
from mosaicfs_disk.showing import real_path

MARKER = ".mosaicfs-folder"
SAMPLE = 200
ENOUGH = 0.9
LIMIT_S = 10.0
BY_UUID = Path("/dev/disk/by-uuid")


class Identity(Struct, frozen=True, omit_defaults=True):
    """Of a root. `inode` is 0 where inode numbers say nothing, `watch_id` is that of the marker file."""

    filesystem: str
    inode: int = 0
    watch_id: str = ""


class Marker(Struct, frozen=True):
    """What the marker file holds."""

    watch_id: str
    node_id: str
    created_at: str


class Facts(NamedTuple):
    """`trouble` is why the root could not be opened and listed; `is_weak` says that a marker is worth having."""

    identity: Identity
    trouble: str = ""
    is_weak: bool = False


class Verdict(NamedTuple):
    """`sample` asks for a test of known files before anything is decided. `is_other`: a folder is there, and looks like
    another one; only a person can say that it is the same."""

    state: Literal["present", "absent", "sample"]
    cause: str = ""
    is_other: bool = False


def verdict(recorded: Identity | None, facts: Facts, *, knows_files: bool, marker_required: bool) -> Verdict:
    """The three rules, in the order in which a person can do something about them."""
    found = facts.identity
    if facts.trouble:
        return Verdict("absent", facts.trouble)
    if recorded is not None and recorded.watch_id and recorded.watch_id != found.watch_id:
        other = "is another folder's" if found.watch_id else "is not there"
        return Verdict("absent", f"its marker file {MARKER} {other}", is_other=True)
    if marker_required and not found.watch_id:
        return Verdict("absent", f"it has no marker file {MARKER}, and crawl.marker asks for one")
    same = recorded is not None and (recorded.filesystem, recorded.inode) == (found.filesystem, found.inode)
    return Verdict("present") if same or not knows_files else Verdict("sample")


def judged_by_sample(tried: int, found: int) -> Verdict:
    """A new disk, or a restored folder, has nearly all of the files; a wrong or an empty one has not."""
    if tried and found >= tried * ENOUGH:
        return Verdict("present")
    return Verdict(
        "absent", f"it is another folder than before: of {tried} known files, {found} are there", is_other=True
    )


# --- asking the system ---------------------------------------------------------------------------------------------


class Probe:
    """Of one root."""

    def __init__(self, path: str, limit_s: float = LIMIT_S) -> None:
        self._path = path
        self._limit_s = limit_s
        self._one_at_a_time = trio.CapacityLimiter(1)
        self._hung = False

    async def facts(self) -> Facts:
        hangs = Facts(Identity(""), "it does not answer")
        if self._hung and self._one_at_a_time.available_tokens < 1:
            return hangs
        with trio.move_on_after(self._limit_s):
            facts = await trio.to_thread.run_sync(
                facts_of, self._path, abandon_on_cancel=True, limiter=self._one_at_a_time
            )
            self._hung = False
            return facts
        self._hung = True
        return hangs

    async def found(self, sample: Sequence[Change]) -> int:
        """How many of the files are as they were; none when it does not answer."""
        with trio.move_on_after(self._limit_s * 3):
            return await trio.to_thread.run_sync(
                as_they_were, sample, abandon_on_cancel=True, limiter=self._one_at_a_time
            )
        return 0


def facts_of(path: str) -> Facts:
    """Blocking, perhaps for ever."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with os.scandir(handle) as entries:
                next(entries, None)
            found = os.fstat(handle)
        finally:
            os.close(handle)
        watch_id = marker_in(path)
    except OSError as trouble:
        return Facts(Identity(""), trouble.strerror or str(trouble))
    mount = mounts().of(os.path.realpath(path))
    stable = mount is None or mount.has_stable_inodes
    identity = Identity(filesystem_of(found.st_dev, mount), found.st_ino if stable else 0, watch_id)
    return Facts(identity, is_weak=not stable)


def filesystem_of(device: int, mount: Mount | None, by_uuid: Path = BY_UUID) -> str:
    """Its UUID; without one, type and source of the mount."""
    source = os.path.realpath(mount.source) if mount is not None and mount.source.startswith("/") else ""
    with suppress(OSError):
        for link in sorted(by_uuid.iterdir()):
            if link.stat().st_rdev == device or (source and os.path.realpath(link) == source):
                return f"uuid:{link.name}"
    return f"{mount.type}:{mount.source}" if mount is not None else f"device:{device:x}"


def marker_in(path: str) -> str:
    """Empty without a marker file; one that cannot be understood has an id that nobody gave."""
    try:
        text = Path(path, MARKER).read_bytes()
    except FileNotFoundError:
        return ""
    try:
        return msgspec.json.decode(text, type=Marker).watch_id
    except msgspec.DecodeError:
        return "unreadable"


def as_they_were(sample: Sequence[Change]) -> int:
    return sum(_is_as_it_was(change) for change in sample)


def _is_as_it_was(change: Change) -> bool:
    try:
        found = os.lstat(real_path(change.export_path, change.raw_path))
    except OSError:
        return False
    return found.st_size == change.size and mtime_text(found.st_mtime_ns) == change.mtime


def mark(path: str, marker: Marker) -> Marker:
    """Write the marker file, the only thing that is ever written into a watched folder; one that is there stays."""
    file = Path(path, MARKER)
    try:
        with file.open("xb") as new:
            new.write(msgspec.json.encode(marker) + b"\n")
    except FileExistsError:
        return msgspec.json.decode(file.read_bytes(), type=Marker)
    except OSError as trouble:
        raise SourceUnavailableError(path, f"the marker file cannot be written ({trouble.strerror})") from None
    return marker
