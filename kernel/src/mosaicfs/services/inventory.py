"""Which file systems the watched folders lie on, what is known of them, and when one counts as full.

Values only: the mount table and the list of disks come in as text or tuples, from `probing`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from msgspec import structs

from mosaicfs.model.inventory import BlockDevice, Fill, Mount
from mosaicfs.model.names import covers
from mosaicfs.model.node import Disk, Storage
from mosaicfs.model.notification import Severity
from mosaicfs.model.utilization import FilesystemUse

FULL, NEARLY_FULL, ROOMY_AGAIN = 0.97, 0.90, 0.85

_OF_A_NETWORK = frozenset(
    {"9p", "afs", "autofs", "ceph", "cifs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3"}
)
_octal = re.compile(r"\\([0-7]{3})")


class Measured(NamedTuple):
    """One file system with watched folders on it."""

    storage: Storage
    use: FilesystemUse
    read_only: bool


# --- reading what the system says ----------------------------------------------------------------------------------


def mounts_in(mountinfo: str) -> list[Mount]:
    """The form of `/proc/self/mountinfo`. A line that is not understood is left out."""
    return [mount for line in mountinfo.splitlines() if (mount := _mount(line)) is not None]


def _mount(line: str) -> Mount | None:
    before, dash, after = line.partition(" - ")
    place, source = before.split(" "), after.split(" ")
    if not dash or len(place) < 6 or len(source) < 2:
        return None
    return Mount(_unescaped(place[4]), source[0], _unescaped(source[1]), place[2])


def _unescaped(text: str) -> str:
    """A blank in a path is `\\040` in the table."""
    raw = _octal.sub(lambda found: chr(int(found[1], 8)), text)
    return raw.encode("latin-1", "replace").decode("utf-8", "replace") if raw != text else text


def block_devices_in(lsblk: bytes) -> list[BlockDevice]:
    """The answer of `lsblk --json`. Garbage is an empty list, for what it would tell may be left out."""
    try:
        devices = json.loads(lsblk)["blockdevices"]
        return [found for device in devices for found in _devices(device, None)]
    except (ValueError, OverflowError, TypeError, KeyError, AttributeError):
        return []


def _devices(told: Mapping[str, Any], disk: BlockDevice | None) -> Iterator[BlockDevice]:
    found = BlockDevice(
        path=_text(told.get("path")),
        device_number=_text(told.get("maj:min")),
        kind=_text(told.get("type")),
        uuid=_text(told.get("uuid")),
        size=int(told.get("size") or 0),
        vendor=_text(told.get("vendor")),
        model=_text(told.get("model")),
        serial=_text(told.get("serial")),
        interface=_text(told.get("tran")),
        disk=disk.path if disk is not None else "",
    )
    disk = found if found.kind == "disk" else disk
    yield found._replace(disk=disk.path if disk is not None else "")
    for child in told.get("children") or ():
        yield from _devices(child, disk)


def _text(value: object) -> str:
    return str(value).strip() if value is not None else ""


# --- putting it together -------------------------------------------------------------------------------------------


def is_local(mount: Mount) -> bool:
    """Not of another machine. FUSE may be anything, so only the one that is a disk counts."""
    fuse = mount.fs_type == "fuse" or mount.fs_type.startswith("fuse.")
    return not fuse and mount.fs_type not in _OF_A_NETWORK


def mount_of(path: str, mounts: Sequence[Mount]) -> Mount | None:
    """The nearest above `path`; of several at one place the last, which hides the others."""
    above = [(len(mount.mount_point), place) for place, mount in enumerate(mounts) if covers(mount.mount_point, path)]
    return mounts[max(above)[1]] if above else None


def measured(
    node_id: str,
    places: Mapping[str, str],
    mounts: Sequence[Mount],
    fills: Mapping[str, Fill],
    devices: Sequence[BlockDevice],
) -> list[Measured]:
    """`places` are real paths by watch path, `fills` by mount point; what is in neither is left out."""
    found: dict[str, Measured] = {}
    for watch_path, real_path in places.items():
        mount = mount_of(real_path, mounts)
        if mount is None or not is_local(mount) or mount.mount_point not in fills:
            continue
        device = device_of(mount, devices)
        filesystem_id = filesystem_id_of(node_id, mount, device)
        if filesystem_id in found:
            found[filesystem_id] = _with_path(found[filesystem_id], watch_path)
        else:
            found[filesystem_id] = _measured(
                filesystem_id, mount, fills[mount.mount_point], watch_path, _disk(device, devices)
            )
    return [found[each] for each in sorted(found)]


def device_of(mount: Mount, devices: Iterable[BlockDevice]) -> BlockDevice | None:
    """By path first: btrfs and overlays have numbers of their own."""
    known = list(devices)
    by_path = (each for each in known if each.path == mount.device)
    by_number = (each for each in known if each.device_number == mount.device_number)
    return next(by_path, None) or next(by_number, None)


def filesystem_id_of(node_id: str, mount: Mount, device: BlockDevice | None) -> str:
    """Its UUID; where the system tells none, one made of the node and of where it comes from, the same each time.

    A short id, as of FAT, is told apart from that of other machines in the same way.
    """
    told = device.uuid if device is not None else ""
    try:
        return str(UUID(told))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, f"mosaicfs:{node_id}:{told or f'{mount.device}:{mount.mount_point}'}"))


def _measured(filesystem_id: str, mount: Mount, fill: Fill, watch_path: str, disk: Disk | None) -> Measured:
    storage = Storage(
        filesystem_id=filesystem_id,
        mount_point=mount.mount_point,
        fs_type=mount.fs_type,
        device=mount.device,
        capacity_bytes=fill.capacity_bytes,
        used_bytes=fill.used_bytes,
        watch_paths_on_fs=(watch_path,),
        disk=disk,
    )
    use = FilesystemUse(
        filesystem_id=filesystem_id,
        mount_point=mount.mount_point,
        used_bytes=fill.used_bytes,
        available_bytes=fill.available_bytes,
        used_inodes=fill.used_inodes,
        available_inodes=fill.available_inodes,
    )
    return Measured(storage, use, fill.read_only)


def _with_path(known: Measured, watch_path: str) -> Measured:
    paths = (*known.storage.watch_paths_on_fs, watch_path)
    return known._replace(storage=structs.replace(known.storage, watch_paths_on_fs=paths))


def _disk(device: BlockDevice | None, devices: Iterable[BlockDevice]) -> Disk | None:
    whole = next((each for each in devices if device is not None and device.disk and each.path == device.disk), None)
    if whole is None:
        return None
    return Disk(
        device=whole.path,
        vendor=whole.vendor,
        model=whole.model,
        serial=whole.serial,
        capacity_bytes=whole.size,
        interface=whole.interface,
    )


# --- when it is full -----------------------------------------------------------------------------------------------


def part_used(used: int | None, available: int | None) -> float | None:
    """Of what can be used at all, as `df` shows it; None where nothing is counted."""
    if used is None or available is None or used + available <= 0:
        return None
    return used / (used + available)


def judged(part: float | None, *, holds: bool) -> Severity | Literal["over"] | None:
    """How grave it is, `over` where it is not; None between the thresholds, where nothing is to be said yet."""
    if part is None or part < ROOMY_AGAIN:
        return "over"
    if part >= FULL:
        return "error"
    return "warning" if part >= NEARLY_FULL or holds else None
