"""What the system says of its mounts, file systems and disks, before anything is decided from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Mount(NamedTuple):
    """A line of the mount table. `device_number` is `major:minor`."""

    mount_point: str
    fs_type: str
    device: str
    device_number: str


class Fill(NamedTuple):
    """How full a file system is. `None` where it does not count inodes."""

    capacity_bytes: int
    used_bytes: int
    available_bytes: int
    used_inodes: int | None = None
    available_inodes: int | None = None
    read_only: bool = False


class BlockDevice(NamedTuple):
    """A disk, or a part of one with the path of that disk. Texts are empty where the system does not know."""

    path: str
    device_number: str
    kind: str
    uuid: str = ""
    size: int = 0
    vendor: str = ""
    model: str = ""
    serial: str = ""
    interface: str = ""
    disk: str = ""


class Probe(Protocol):
    """Never waits for longer than a few seconds; what cannot be found out is left out."""

    async def mounts(self) -> list[Mount]:
        """In the order they were mounted: a later one hides an earlier one at the same place."""

    async def real_path(self, path: str) -> str | None:
        """Where a path leads when its links are followed; None for one that cannot be looked at."""

    async def fill(self, mount_point: str) -> Fill | None: ...

    async def block_devices(self) -> Sequence[BlockDevice]: ...
