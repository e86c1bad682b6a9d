"""Where the tree may be mounted, read from the table of the kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosaicfs_mount.mount_points import MountPointError, absolute, mount_at, prepare

TABLE = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
43 21 0:39 / /home/a\\040b/MosaicFS ro,nosuid - fuse.mosaicfs mosaicfs ro
44 21 0:40 / /mnt/usb rw shared:7 - vfat /dev/sdb1 rw
45 21 0:41 / /mnt/usb rw - ext4 /dev/sdc1 rw
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "mountinfo"
    path.write_text(TABLE)
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "place"
    path.mkdir()
    return path


def test_of_two_at_one_place_the_last_one_is_seen(table: Path) -> None:
    found = mount_at(Path("/mnt/usb"), table)
    assert found is not None
    assert (found.type, found.device) == ("ext4", "0:41")
    assert mount_at(Path("/mnt"), table) is None


def test_a_name_with_a_blank_is_read(table: Path) -> None:
    found = mount_at(Path("/home/a b/MosaicFS"), table)
    assert found is not None
    assert found.type == "fuse.mosaicfs"


def test_an_empty_directory_will_do(table: Path, place: Path) -> None:
    prepare(place, [], nonempty=False, table=table)


def test_one_with_something_in_it_is_refused_unless_that_is_wanted(table: Path, place: Path) -> None:
    (place / "mine").touch()
    with pytest.raises(MountPointError, match="not empty"):
        prepare(place, [], nonempty=False, table=table)
    prepare(place, [], nonempty=True, table=table)


@pytest.mark.parametrize(
    ("path", "watched", "trouble"),
    [
        ("place/none", [], "is not there"),
        ("mountinfo", [], "is no directory"),
        ("place", ["."], "which is watched"),
        ("place", ["/home/a b/MosaicFS/documents"], "lies in the mount"),
    ],
)
def test_what_cannot_be_says_what_to_do(table: Path, place: Path, path: str, watched: list[str], trouble: str) -> None:
    above = place.parent
    with pytest.raises(MountPointError, match=trouble):
        prepare(above / path, [above / each for each in watched], nonempty=False, table=table)


def test_another_file_system_and_a_mount_of_ours_are_no_places(table: Path) -> None:
    with pytest.raises(MountPointError, match="another file system"):
        prepare(Path("/mnt/usb"), [], nonempty=False, table=table)
    with pytest.raises(MountPointError, match="lies in the mount"):
        prepare(Path("/home/a b/MosaicFS/below"), [], nonempty=False, table=table)


def test_a_link_leads_to_its_place_and_what_is_not_there_stays_as_it_is(tmp_path: Path, place: Path) -> None:
    (tmp_path / "link").symlink_to("place")
    assert absolute(tmp_path / "link" / "below" / ".." / "tree") == place / "tree"
    assert absolute(tmp_path / "link") == place
