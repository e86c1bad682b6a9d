"""Mounts as the command line knows them: where one is to be, who serves it, and how mount(8) asks for one."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mosaicfs import configure
from mosaicfs_cli.errors import NotFoundError, UsageError
from mosaicfs_cli.fstab import as_ours
from mosaicfs_cli.lock import held
from mosaicfs_cli.mounted import lock_of, make_mount_point, mount_at, mount_point, own_mounts
from mosaicfs_cli.mounting import unmount

Run = Callable[..., "subprocess.CompletedProcess[str]"]

TABLE = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
43 21 0:39 / /home/a\\040b/MosaicFS ro,nosuid - fuse.mosaicfs mosaicfs ro
44 21 0:40 / /home/a\\040b/MosaicFS rw - ext4 /dev/sdb1 rw
"""


def test_the_mount_that_was_made_last_is_seen(tmp_path: Path) -> None:
    (tmp_path / "table").write_text(TABLE)
    found = mount_at(Path("/home/a b/MosaicFS"), tmp_path / "table")
    assert found is not None
    assert not found.is_ours
    assert mount_at(Path("/home"), tmp_path / "table") is None
    assert mount_at(Path("/home"), tmp_path / "no table") is None


def test_all_mounts_of_the_tree_are_known_but_those_that_something_lies_over(tmp_path: Path) -> None:
    more = "45 21 0:41 / /srv/tree ro - fuse.mosaicfs mosaicfs ro\n"
    (tmp_path / "table").write_text(TABLE + more)
    assert [each.path for each in own_mounts(tmp_path / "table")] == [Path("/srv/tree")]


def test_a_mount_point_is_the_one_that_was_chosen_or_lies_in_the_home(surroundings: dict[str, str]) -> None:
    home = Path(surroundings["HOME"])
    person = {**surroundings, "MOSAICFS_MOUNT_PATH": f"{home}/a/../tree"}
    assert mount_point(configure({}, person)) == home / "tree"
    assert mount_point(configure({"mount.path": "/srv/tree"}, person)) == Path("/srv/tree")
    assert make_mount_point(configure({}, person)) == str(home / "tree")
    assert (home / "tree").is_dir()


def test_who_serves_a_mount_stands_in_its_lock(tmp_path: Path) -> None:
    path = tmp_path / "tree"
    assert lock_of(tmp_path, path) != lock_of(tmp_path, tmp_path / "other")
    found = mount_at(Path("/"))
    assert found is not None
    assert found.pid(tmp_path) == 0
    with held(lock_of(tmp_path, Path("/"))):
        assert found.pid(tmp_path) == os.getpid()


def test_what_is_not_mounted_cannot_be_unmounted(mosaicfs: Run, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        unmount(tmp_path, tmp_path, lazily=True)
    assert mosaicfs("unmount", str(tmp_path)).returncode == 4
    refused = mosaicfs("umount", str(tmp_path), "--json")
    assert (refused.returncode, json.loads(refused.stderr)["exit_code"]) == (4, 4)


def test_a_rehearsal_mounts_nothing(mosaicfs: Run, tmp_path: Path) -> None:
    for verb in ("mount", "unmount"):
        told = mosaicfs(verb, str(tmp_path / "tree"), "--dry-run", "--json")
        assert json.loads(told.stdout)["path"] == str(tmp_path / "tree")
    assert not (tmp_path / "tree").exists()


@pytest.mark.parametrize(
    ("typed", "ours"),
    [
        ("mosaicfs /mnt/tree -o ro,allow_other", "mount /mnt/tree -o ro,allow_other"),
        ("mosaicfs /mnt/tree", "mount /mnt/tree"),
        ("none /mnt/tree -sn -o _netdev -t mosaicfs", "mount /mnt/tree -o _netdev"),
        ("-f -v mosaicfs /mnt/tree", "mount /mnt/tree --dry-run --verbose"),
    ],
)
def test_mount_8_is_understood(typed: str, ours: str) -> None:
    assert as_ours(typed.split()) == ours.split()


@pytest.mark.parametrize("typed", ["", "mosaicfs", "mosaicfs /mnt/tree more", "mosaicfs /mnt/tree -x"])
def test_what_mount_8_never_says_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        as_ours(typed.split())
