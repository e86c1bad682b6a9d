"""Which folders show a file, in which order, and which do not."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
import trio
import trio.testing
from msgspec.structs import replace

from mosaicfs.errors import TimedOutError
from mosaicfs.model.store import Store
from mosaicfs_sdk.fakes.kernel import FakeKernel
from mosaicfs_tiers.mounted.declared import Declarations
from mosaicfs_tiers.mounted.doubting import Doubted
from mosaicfs_tiers.mounted.mount_table import lies_in_ours
from mosaicfs_tiers.mounted.tier import MountedTier
from plugins.builtin.tiers.tests.mounted.declaring import (
    FAR,
    HERE,
    declare,
    declare_filesystem,
    entry_at,
    mounted,
)


async def folders(store: Store, path: str) -> list[str]:
    return [place.local_path for place in await Declarations(store, HERE).covering(entry_at(path))]


async def test_higher_priority_goes_first_then_the_longer_base_then_the_name(kernel: FakeKernel) -> None:
    await declare(
        kernel.store,
        mounted("/mnt/d", "/srv", name="d"),
        mounted("/mnt/c", "/srv", name="c"),
        mounted("/mnt/deep", "/srv/media", name="x"),
        mounted("/mnt/first", "/", priority=5, name="y"),
        mounted("/mnt/other", "/srv", owner="node-other"),
        mounted("/mnt/sibling", "/srv/med", name="z"),
    )
    await declare_filesystem(kernel.store, "/srv/media/films", "/mnt/films")
    assert await folders(kernel.store, "/srv/media/films/a") == [
        "/mnt/first",
        "/mnt/films",
        "/mnt/deep",
        "/mnt/c",
        "/mnt/d",
    ]
    assert await folders(kernel.store, "/srv/a") == ["/mnt/first", "/mnt/c", "/mnt/d"]


async def test_each_kind_belongs_to_one_tier(kernel: FakeKernel, mount: MountedTier, synced: MountedTier) -> None:
    kinds = ["nfs", "cifs", "other", "local", "icloud_local", "gdrive_local", "onedrive_local", "dropbox_local"]
    await declare(kernel.store, *(mounted(f"/mnt/{kind}", f"/{kind}", kind=kind, name=kind) for kind in kinds))
    offered = {}
    for kind in kinds:
        entry = entry_at(f"/{kind}/a")
        offered[kind] = [tier.name for tier in (mount, synced) if await tier.offer(entry) is not None]
    assert offered == {kind: ["sync_dir" if kind.endswith("_local") else "mount"] for kind in kinds}
    far, near = [await mount.offer(entry_at(f"/{kind}/a")) for kind in ("nfs", "local")]
    assert far is not None
    assert near is not None
    assert [(far.network, far.where), (near.network, near.where)] == [(True, FAR), (False, "")]


async def test_files_of_this_machine_itself_are_left_to_the_local_tier(
    kernel: FakeKernel, mount: MountedTier, synced: MountedTier
) -> None:
    """Where it hosts a bridge, a synced folder may well show what the bridge knows."""
    await declare(kernel.store, mounted("/mnt/a", owner=HERE, kind="gdrive_local"))
    await declare_filesystem(kernel.store, "/", "/", "local", owner=HERE)
    own = entry_at("/srv/a", node_id=HERE)
    assert await mount.offer(own) is None
    assert await synced.offer(own) is None
    assert await synced.offer(replace(own, backend="drive")) is not None


@pytest.mark.parametrize("path", ["/srv/../etc/shadow", "/srv/./a", "/srv//a", "srv/a", "/srv/a\0b", "/srv"])
async def test_a_path_that_could_lead_astray_is_not_offered(kernel: FakeKernel, mount: MountedTier, path: str) -> None:
    await declare(kernel.store, mounted("/mnt/a"))
    assert await mount.offer(entry_at(path)) is None
    raw = urlsafe_b64encode(path.encode()).decode().rstrip("=")
    assert await mount.offer(replace(entry_at("/srv/fine"), raw_path=raw)) is None


async def test_what_is_declared_anew_is_known_within_seconds(
    kernel: FakeKernel, mount: MountedTier, autojump_clock: trio.testing.MockClock
) -> None:
    entry = entry_at("/srv/a")
    assert await mount.offer(entry) is None
    await declare(kernel.store, mounted("/mnt/a"))
    await trio.sleep(6)
    assert await mount.offer(entry) is not None


def test_a_tree_of_ours_is_known_by_the_table_alone(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "21 20 0:40 / /home/a/My\\040Tree rw - fuse.mosaicfs mosaicfs ro\n"
        "22 20 0:41 / /mnt/nas rw - nfs4 nas:/ rw\n"
    )
    paths = ["/home/a/My Tree", "/home/a/My Tree/deep", "/home/a/My Treeless", "/mnt/nas/a", "/"]
    assert [lies_in_ours(path, table) for path in paths] == [True, True, False, False, False]


# --- folders that did not answer -----------------------------------------------------------------------------------


async def test_doubt_doubles_up_to_a_quarter_of_an_hour_and_one_answer_clears_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    doubted = Doubted()
    waits = []
    for _ in range(6):
        await hang(doubted)
        began = trio.current_time()
        while doubted.is_left_alone:  # noqa: ASYNC110 - time itself is what is measured
            await trio.sleep(1)
        waits.append(round(trio.current_time() - began))
    assert waits == [60, 120, 240, 480, 900, 900]
    with doubted.judging():
        await trio.sleep(1)
    await hang(doubted)
    await trio.sleep(61)
    assert not doubted.is_left_alone


async def test_calls_that_were_begun_together_count_once(autojump_clock: trio.testing.MockClock) -> None:
    doubted = Doubted()
    async with trio.open_nursery() as nursery:
        for _ in range(2):
            nursery.start_soon(hang, doubted)
    await trio.sleep(61)
    assert not doubted.is_left_alone


async def hang(doubted: Doubted) -> None:
    async def call() -> None:
        await trio.sleep(3)
        raise TimedOutError("it", 3)

    with pytest.raises(TimedOutError), doubted.judging():
        await call()
