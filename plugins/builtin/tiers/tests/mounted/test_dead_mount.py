"""A network file system whose server is dead: a FUSE file system that never answers anything."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
import trio

from mosaicfs.content.local import LocalContent
from mosaicfs.errors import TimedOutError
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Offer
from mosaicfs_sdk.fakes.kernel import FakeKernel
from mosaicfs_tiers.mounted.tier import MountedTier
from plugins.builtin.tiers.tests.mounted.declaring import declare, entry_at, file_document, mounted, put

pytestmark = [
    pytest.mark.alone,
    pytest.mark.patient,
    pytest.mark.skipif(not Path("/dev/fuse").exists(), reason="this machine has no FUSE"),
]

HANGING = Path(__file__).with_name("hanging.py")


@pytest.fixture
def dead(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "dead"
    folder.mkdir()
    command = [sys.executable, str(HANGING), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"mounted\n"
            yield folder
        finally:
            process.kill()
            process.wait()
            subprocess.run(["fusermount3", "-u", "-z", str(folder)], check=False)


@pytest.fixture
def entry(shown: Path) -> Entry:
    (shown / "a").write_bytes(b"bytes")
    return entry_at("/srv/a", shown / "a")


async def test_an_offer_never_touches_it(kernel: FakeKernel, mount: MountedTier, dead: Path, entry: Entry) -> None:
    """Whatever did would not come back."""
    await declare(kernel.store, mounted(dead))
    before = threading.active_count()
    with trio.fail_after(30):
        for _ in range(100):
            assert await mount.offer(entry) is not None
    assert threading.active_count() == before
    assert mount.report() == {"suspect_mounts": []}


async def test_an_open_that_hangs_gives_way_after_three_seconds_and_is_not_tried_again(
    kernel: FakeKernel,
    mount: MountedTier,
    synced: MountedTier,
    dead: Path,
    entry: Entry,
    *,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next tier has the bytes, and nobody else waits meanwhile."""
    await declare(kernel.store, mounted(dead), mounted(dead.with_name("mnt"), kind="other_local", name="b"))
    await put(kernel.store, entry.file_id, file_document(entry))
    content = LocalContent(kernel.store, kernel.node_id, tiers=[mount, synced])
    began, turns = perf_counter(), 0
    async with trio.open_nursery() as nursery:

        async def others() -> None:
            nonlocal turns
            while True:
                await trio.sleep(0.01)
                turns += 1

        nursery.start_soon(others)
        with trio.fail_after(30):
            opened = await content.open(entry.file_id)
        took_s = perf_counter() - began
        assert await opened.read(0, 100) == b"bytes"
        nursery.cancel_scope.cancel()
    assert opened.tier == "sync_dir"
    assert took_s > 2.9
    assert turns > 20, "somebody else was held up"
    assert mount.report() == {"suspect_mounts": [str(dead)]}
    assert await mount.offer(entry) is None
    monkeypatch.setattr("mosaicfs_tiers.mounted.tier.OPEN_S", 600)
    with trio.fail_after(30):
        again = await content.open(entry.file_id)
    for each in (opened, again):
        await each.close()


async def test_it_holds_two_threads_and_no_more(
    kernel: FakeKernel, mount: MountedTier, dead: Path, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times two would take ten times as long."""
    monkeypatch.setattr("mosaicfs_tiers.mounted.tier.OPEN_S", 1.0)
    await declare(kernel.store, mounted(dead))
    offer = await mount.offer(entry)
    assert offer is not None
    tried = 0

    async def open_and_fail() -> None:
        nonlocal tried
        with pytest.raises(TimedOutError):
            await mount.open(entry, offer)
        tried += 1

    with trio.fail_after(9):
        async with trio.open_nursery() as nursery:
            for _ in range(20):
                nursery.start_soon(open_and_fail)
    assert tried == 20
    calls = mount._doubted[str(dead)].calls
    assert calls.is_stuck
    assert calls._turns.borrowed_tokens == 2


async def test_who_reads_elsewhere_is_not_slowed(
    kernel: FakeKernel,
    mount: MountedTier,
    dead: Path,
    shown: Path,
    entry: Entry,
    *,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who waits there waits for longer than this test."""
    monkeypatch.setattr("mosaicfs_tiers.mounted.tier.OPEN_S", 600)
    await declare(kernel.store, mounted(dead, "/dead"), mounted(shown, "/srv", name="b"))
    async with trio.open_nursery() as nursery:

        async def hang() -> None:
            await mount.open(entry_at("/dead/a"), await offered(mount, entry_at("/dead/a")))

        for _ in range(10):
            nursery.start_soon(hang)
        await trio.sleep(0.1)
        with trio.fail_after(30):
            handle = await mount.open(entry, await offered(mount, entry))
            assert await handle.read(0, 5) == b"bytes"
            await handle.close()
        nursery.cancel_scope.cancel()


async def offered(tier: MountedTier, entry: Entry) -> Offer:
    offer = await tier.offer(entry)
    assert offer is not None
    return offer
