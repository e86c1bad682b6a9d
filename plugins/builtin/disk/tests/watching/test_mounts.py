"""Which file systems tell of their changes."""

from __future__ import annotations

from pathlib import Path

from mosaicfs_disk.watching.mounts import is_silent, parsed, read_mounts, type_at

MOUNTINFO = b"""\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:40 / /mnt/two\\040words rw shared:5 - nfs4 nas:/export rw
41 27 0:41 / /home/me/cloud rw - fuse.rclone remote: rw
"""


def test_mount_points_have_their_names_and_types() -> None:
    assert parsed(MOUNTINFO) == {b"/": "ext4", b"/mnt/two words": "nfs4", b"/home/me/cloud": "fuse.rclone"}


def test_the_nearest_mount_point_above_decides() -> None:
    mounts = parsed(MOUNTINFO)
    assert type_at(b"/home/me/cloud/a/b", mounts) == "fuse.rclone"
    assert type_at(b"/home/me/cloudy", mounts) == "ext4"
    assert type_at(b"/a", {}) == ""


def test_what_others_may_write_to_is_silent() -> None:
    assert all(map(is_silent, ("nfs4", "cifs", "fuse", "fuse.sshfs")))
    assert not any(map(is_silent, ("ext4", "tmpfs", "overlay", "fuseblk", "")))


def test_a_system_without_the_file_has_no_mounts(tmp_path: Path) -> None:
    assert read_mounts(tmp_path / "missing") == {}
