"""Checks of `doctor` against a machine that is short of something."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from mosaicfs.model.configuration import CacheSettings
from mosaicfs_cli.doctoring.index import watch_limit
from mosaicfs_cli.doctoring.mounts import check_mount
from mosaicfs_cli.doctoring.places import cache, room
from mosaicfs_cli.mounted import TYPE, Mounted


@pytest.mark.parametrize(
    ("limit", "folders", "status", "fix"),
    [
        (8_192, None, "warn", "sudo sysctl fs.inotify.max_user_watches=524288"),
        (524_288, None, "ok", ""),
        (8_192, 1_000, "ok", ""),
        (8_192, 6_553, "ok", ""),
        (8_192, 6_554, "warn", "sudo sysctl fs.inotify.max_user_watches=524288"),
        (524_288, 500_000, "warn", "sudo sysctl fs.inotify.max_user_watches=1048576"),
    ],
)
def test_the_watch_limit_is_held_against_the_folders_known(
    limit: int, folders: int | None, status: str, fix: str, tmp_path: Path
) -> None:
    file = tmp_path / "max_user_watches"
    file.write_text(f"{limit}\n")
    check = watch_limit(file, folders)
    assert (check.status, check.fix) == (status, fix)
    assert f"{limit:,}" in check.detail
    assert folders is None or f"{folders:,} folders known" in check.detail


def test_a_system_without_a_limit_is_left_alone(tmp_path: Path) -> None:
    assert watch_limit(tmp_path / "none", 5).status == "skip"


class Usage(NamedTuple):
    free: int


@pytest.mark.parametrize(
    ("free", "database", "status"),
    [(50 << 20, 0, "fail"), (500 << 20, 0, "warn"), (2 << 30, 0, "ok"), (2 << 30, 3 << 30, "warn")],
)
def test_room_is_wanted_for_a_second_database(
    free: int, database: int, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free))
    check = room(tmp_path / "not there yet", database)
    assert (check.status, bool(check.fix)) == (status, status != "ok")


@pytest.mark.parametrize(("free", "status"), [(50 << 20, "warn"), (2 << 30, "ok")])
def test_the_cache_tells_what_it_takes_and_whether_its_disk_has_room(
    free: int, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free))
    with (tmp_path / "sparse").open("wb") as file:
        file.write(bytes(1 << 20))
        file.truncate(1 << 30)
    check = cache(tmp_path, CacheSettings())
    assert (check.status, bool(check.fix)) == (status, status != "ok")
    assert check.detail.startswith("1.0 MiB of at most 10 GiB, ")


def test_a_cache_that_nobody_has_used_is_no_trouble(tmp_path: Path) -> None:
    assert cache(tmp_path / "none", CacheSettings()).status == "skip"


def test_a_mount_that_nobody_serves_is_named_with_what_takes_it_away(tmp_path: Path) -> None:
    dead = check_mount(Mounted(tmp_path / "dead", TYPE), tmp_path)
    assert (dead.status, dead.fix, dead.is_repairable) == ("fail", f"mosaicfs unmount {tmp_path}/dead", True)
    assert check_mount(Mounted(tmp_path, TYPE), tmp_path).status == "ok"
    other = check_mount(Mounted(tmp_path, "ext4"), tmp_path)
    assert (other.status, other.is_repairable) == ("warn", False)
