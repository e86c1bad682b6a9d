"""What is opened in a folder that shows another node's files, and what is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from mosaicfs.errors import EntryChangedError, PathRefusedError, SourceUnavailableError
from mosaicfs.model.times import instant, mtime_text
from mosaicfs_sdk.fakes.kernel import FakeKernel
from mosaicfs_tiers.mounted.tier import MountedTier
from plugins.builtin.tiers.tests.mounted.declaring import declare, entry_at, mounted, opened, read_all


@pytest.mark.parametrize(("micros", "fits"), [(0, True), (2_000_000, True), (-2_000_000, True), (2_000_001, False)])
async def test_time_may_be_off_by_two_seconds(
    kernel: FakeKernel, mount: MountedTier, shown: Path, micros: int, fits: bool
) -> None:
    await declare(kernel.store, mounted(shown))
    (shown / "a").write_bytes(b"x")
    entry = entry_at("/srv/a", shown / "a")
    moved = replace(entry, mtime=mtime_text((instant(entry.mtime) + micros) * 1000))
    if fits:
        assert await read_all(mount, moved) == b"x"
    else:
        with pytest.raises(EntryChangedError):
            await read_all(mount, moved)


async def test_another_size_is_another_version_unless_the_size_is_unknown(
    kernel: FakeKernel, mount: MountedTier, shown: Path
) -> None:
    await declare(kernel.store, mounted(shown))
    (shown / "a").write_bytes(b"four")
    entry = replace(entry_at("/srv/a", shown / "a"), size=0)
    with pytest.raises(EntryChangedError):
        await read_all(mount, entry)
    assert await read_all(mount, replace(entry, size_known=False)) == b"four"


async def test_bytes_of_two_versions_are_never_mixed(kernel: FakeKernel, mount: MountedTier, shown: Path) -> None:
    await declare(kernel.store, mounted(shown))
    (shown / "a").write_bytes(b"first")
    handle = await opened(mount, entry_at("/srv/a", shown / "a"))
    assert await handle.read(0, 2) == b"fi"
    with (shown / "a").open("r+b") as file:
        file.write(b"other")
    os.utime(shown / "a", ns=(0, 7_000))
    with pytest.raises(EntryChangedError):
        await handle.read(2, 3)
    await handle.close()


async def test_the_next_folder_is_tried_where_the_first_does_not_have_it(
    kernel: FakeKernel, mount: MountedTier, shown: Path, tmp_path: Path
) -> None:
    """An empty mount point has nothing, and nothing is said to be gone for it."""
    (tmp_path / "empty").mkdir()
    await declare(kernel.store, mounted(tmp_path / "empty", priority=9), mounted(shown, name="b"))
    (shown / "a").write_bytes(b"x")
    assert await read_all(mount, entry_at("/srv/a", shown / "a")) == b"x"
    with pytest.raises(SourceUnavailableError, match="empty is not available: the file is not there"):
        await read_all(mount, entry_at("/srv/absent"))


@pytest.mark.allow_log("a path is not served")
async def test_links_that_lead_out_and_what_is_no_file_give_nothing(
    kernel: FakeKernel, mount: MountedTier, shown: Path, tmp_path: Path
) -> None:
    await declare(kernel.store, mounted(shown))
    (tmp_path / "mnt-not").mkdir()
    (tmp_path / "mnt-not" / "secret").write_bytes(b"secret")
    (shown / "out").symlink_to(tmp_path / "mnt-not" / "secret")
    (shown / "folder").symlink_to(tmp_path / "mnt-not")
    (shown / "self").symlink_to("/proc/self")
    os.mkfifo(shown / "pipe")
    for name in ("out", "folder/secret", "self/environ", "self/cwd/pyproject.toml", "pipe", "folder"):
        with pytest.raises(PathRefusedError):
            await read_all(mount, entry_at(f"/srv/{name}"))


@pytest.mark.allow_log("a path is not served")
async def test_what_is_ours_is_not_served_wherever_a_document_says_it_is_mounted(
    kernel: FakeKernel, mount: MountedTier
) -> None:
    key = kernel.places.state_dir / "instance.key"
    key.write_bytes(b"secret")
    await declare(kernel.store, mounted("/", "/"), mounted(kernel.places.state_dir, "/keys", name="b"))
    for path in (str(key), "/keys/instance.key"):
        with pytest.raises(PathRefusedError, match="belongs to MosaicFS"):
            await read_all(mount, entry_at(path, key))


# --- bytes that are not here ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("stub", [False, True])
async def test_an_evicted_file_is_not_opened(kernel: FakeKernel, synced: MountedTier, shown: Path, stub: bool) -> None:
    await declare(kernel.store, mounted(shown, kind="icloud_local"))
    if stub:
        (shown / "deep").mkdir()
        (shown / "deep" / ".film.icloud").write_bytes(b"stub")
    else:
        (shown / "deep").mkdir()
        (shown / "deep" / "film").touch()
        os.truncate(shown / "deep" / "film", 10_000_000)
    entry = entry_at("/srv/deep/film", None if stub else shown / "deep" / "film")
    with pytest.raises(SourceUnavailableError, match="keeps the bytes in the cloud"):
        await read_all(synced, entry)


async def test_a_hole_on_a_network_mount_is_a_file_like_any_other(
    kernel: FakeKernel, mount: MountedTier, shown: Path
) -> None:
    await declare(kernel.store, mounted(shown))
    (shown / "hole").touch()
    os.truncate(shown / "hole", 10_000)
    assert await read_all(mount, entry_at("/srv/hole", shown / "hole")) == bytes(10_000)
