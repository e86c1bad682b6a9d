"""What is read out of mount tables and lists of disks, and when a disk counts as full."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.inventory import BlockDevice, Fill, Mount
from mosaicfs.services.inventory import (
    block_devices_in,
    device_of,
    filesystem_id_of,
    is_local,
    judged,
    measured,
    mount_of,
    mounts_in,
    part_used,
)

TABLE = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
40 27 253:1 / /srv rw,relatime shared:7 master:2 - ext4 /dev/mapper/vg0-srv rw
41 27 8:17 / /mnt/My\\040Disk\\303\\251 rw - vfat /dev/sdb1 rw
42 27 0:50 / /mnt/nas rw - nfs4 nas:/volume1 rw
garbage
"""

LSBLK = {
    "blockdevices": [
        {
            "path": "/dev/sda",
            "maj:min": "8:0",
            "type": "disk",
            "uuid": None,
            "size": 4000787030016,
            "vendor": "WDC     ",
            "model": "WD40EFRX",
            "serial": "WD-0001",
            "tran": "sata",
            "children": [
                {"path": "/dev/sda2", "maj:min": "8:2", "type": "part", "uuid": "0F6D1B6E-0d5a-4e83-8b7c-9d2d3c4b5a69"},
                {
                    "path": "/dev/sda3",
                    "maj:min": "8:3",
                    "type": "part",
                    "uuid": "abc",
                    "children": [
                        {
                            "path": "/dev/mapper/vg0-srv",
                            "maj:min": "253:1",
                            "type": "lvm",
                            "uuid": "5b1f0c6e-2d4a-4f0e-9c11-7a6d5e4b3c2a",
                        }
                    ],
                },
            ],
        },
        {"path": "/dev/sdb1", "maj:min": "8:17", "type": "part", "uuid": "1A2B-3C4D"},
    ]
}

MOUNTS = mounts_in(TABLE)
DEVICES = block_devices_in(json.dumps(LSBLK).encode())
FILL = Fill(1000, 900, 100, 10, 90)


def test_the_mount_table_is_read_with_its_escapes() -> None:
    assert MOUNTS[1] == Mount("/", "ext4", "/dev/sda2", "8:2")
    assert MOUNTS[3] == Mount("/mnt/My Diské", "vfat", "/dev/sdb1", "8:17")
    assert len(MOUNTS) == 5


@given(st.text())
def test_no_mount_table_and_no_answer_of_lsblk_is_too_odd(text: str) -> None:
    mounts_in(text)
    block_devices_in(text.encode("utf-8", "replace"))
    block_devices_in(json.dumps({"blockdevices": [text]}).encode())


def test_a_part_knows_its_disk() -> None:
    volume = next(each for each in DEVICES if each.path == "/dev/mapper/vg0-srv")
    assert (volume.disk, volume.kind) == ("/dev/sda", "lvm")
    assert DEVICES[-1].disk == ""


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/srv/media", "/srv"), ("/srv", "/srv"), ("/srvx", "/"), ("/mnt/nas/a", "/mnt/nas"), ("/", "/")],
)
def test_a_path_lies_on_the_nearest_mount(path: str, expected: str) -> None:
    found = mount_of(path, MOUNTS)
    assert found
    assert found.mount_point == expected


def test_a_later_mount_hides_the_earlier_one() -> None:
    hidden, hides = Mount("/srv", "ext4", "/dev/a", "1:1"), Mount("/srv", "xfs", "/dev/b", "1:2")
    assert mount_of("/srv/x", [hidden, hides]) == hides
    assert mount_of("/srv", []) is None


@pytest.mark.parametrize(
    ("fs_type", "local"),
    [("ext4", True), ("btrfs", True), ("fuseblk", True), ("fuse.sshfs", False), ("nfs4", False), ("cifs", False)],
)
def test_file_systems_of_other_machines_are_not_asked(fs_type: str, local: bool) -> None:
    assert is_local(Mount("/x", fs_type, "", "")) is local


def test_folders_on_one_file_system_are_one_entry() -> None:
    places = {"/srv/media": "/srv/media", "/home/link": "/srv/notes", "/mnt/nas": "/mnt/nas", "/gone": "/elsewhere"}
    (found,) = measured("node-attic", places, MOUNTS, {"/srv": FILL}, DEVICES)
    storage = found.storage
    assert storage.filesystem_id == "5b1f0c6e-2d4a-4f0e-9c11-7a6d5e4b3c2a"
    assert storage.watch_paths_on_fs == ("/srv/media", "/home/link")
    assert (storage.mount_point, storage.capacity_bytes, storage.used_bytes) == ("/srv", 1000, 900)
    assert storage.disk
    assert (storage.disk.vendor, storage.disk.interface, storage.disk.capacity_bytes) == ("WDC", "sata", 4000787030016)
    assert (found.use.available_bytes, found.use.available_inodes) == (100, 90)


def test_without_lsblk_only_its_part_is_missing() -> None:
    (found,) = measured("node-attic", {"/srv": "/srv"}, MOUNTS, {"/srv": FILL}, [])
    assert found.storage.disk is None
    assert found.storage.filesystem_id == filesystem_id_of("node-attic", MOUNTS[2], None)


def test_an_id_that_is_no_uuid_is_made_one_the_same_each_time_and_another_elsewhere() -> None:
    fat = device_of(MOUNTS[3], DEVICES)
    first = filesystem_id_of("node-attic", MOUNTS[3], fat)
    assert len(first) == 36
    assert first == filesystem_id_of("node-attic", MOUNTS[3]._replace(mount_point="/elsewhere"), fat)
    assert first != filesystem_id_of("node-nas", MOUNTS[3], fat)


def test_a_device_is_found_by_its_number_where_its_path_has_another_name() -> None:
    assert device_of(Mount("/", "ext4", "/dev/root", "8:2"), DEVICES) == DEVICES[1]
    assert device_of(Mount("/", "ext4", "/dev/root", "9:9"), [BlockDevice("/dev/x", "1:1", "disk")]) is None


@pytest.mark.parametrize(
    ("percent", "holds", "expected"),
    [
        (50, False, "over"),
        (84, True, "over"),
        (86, False, None),
        (86, True, "warning"),
        (90, False, "warning"),
        (96, True, "warning"),
        (97, False, "error"),
        (100, True, "error"),
    ],
)
def test_the_thresholds(percent: int, holds: bool, expected: str | None) -> None:
    assert judged(part_used(percent, 100 - percent), holds=holds) == expected


def test_what_is_not_counted_is_never_full() -> None:
    assert part_used(None, None) is None
    assert part_used(0, 0) is None
    assert judged(None, holds=True) == "over"


@given(st.lists(st.integers(85, 89), max_size=20), st.booleans())
def test_a_value_between_the_thresholds_never_changes_anything(percents: list[int], holds: bool) -> None:
    for percent in percents:
        verdict = judged(percent / 100, holds=holds)
        assert (verdict == "warning") is holds
        assert verdict != "over"
