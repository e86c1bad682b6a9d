"""What a watcher tells: changes at once, deletions once it is certain that they are none."""

from __future__ import annotations

import dataclasses

import trio
from msgspec.structs import replace

from kernel.tests.services.indexing.machine import Machine, fill
from mosaicfs.model.configuration import WatchSettings
from mosaicfs.model.crawling import Change, CrawlEnd, Source
from mosaicfs.model.sink import FolderSink, Sink
from mosaicfs.services.crawl import Indexing
from mosaicfs_sdk.fakes.disk import DISK


def gone(path: str) -> Change:
    return Change(action="delete", export_path=path)


def renamed(machine: Machine, old: str, new: str) -> Change:
    return replace(machine.disk.change(new), action="move", moved_from=old)


async def settled(machine: Machine, index: Indexing) -> None:
    """Until nothing waits any more."""
    with trio.fail_after(10):
        while index._departing._waiting:  # noqa: ASYNC110 - nobody tells of it
            await trio.sleep(0.01)
    await machine.agrees()


async def test_new_and_changed_files_are_there_at_once(machine: Machine) -> None:
    async with machine.index() as index:
        machine.disk.write("/docs/deep/a.txt", 1)
        await index.take(DISK, [machine.disk.change("/docs/deep/a.txt")])
        await machine.agrees()
        before = await machine.ids()
        machine.disk.write("/docs/deep/a.txt", 2)
        await index.take(DISK, [machine.disk.change("/docs/deep/a.txt")])
        await machine.agrees()
        assert await machine.ids() == before


async def test_a_deletion_waits_for_the_other_half_of_a_rename(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.ids()
        machine.disk.rename("/docs/f01/01.txt", "/docs/f02/new.txt")
        await index.take(DISK, [gone("/docs/f01/01.txt")])
        assert len(await machine.files()) == 100
        await index.take(DISK, [machine.disk.change("/docs/f02/new.txt")])
        await machine.agrees()
        assert (await machine.ids())["/docs/f02/new.txt"] == before["/docs/f01/01.txt"]
        await settled(machine, index)


async def test_the_halves_of_a_rename_may_come_in_either_order(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.ids()
        machine.disk.rename("/docs/f01/01.txt", "/docs/f02/new.txt")
        await index.take(DISK, [machine.disk.change("/docs/f02/new.txt")])
        await index.take(DISK, [gone("/docs/f01/01.txt")])
        await machine.agrees()
        assert (await machine.ids())["/docs/f02/new.txt"] == before["/docs/f01/01.txt"]


async def test_a_copy_with_the_number_of_a_file_that_stays_is_new(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.ids()
        machine.disk.files["/docs/f02/link.txt"] = machine.disk.files["/docs/f01/01.txt"]
        await index.take(DISK, [machine.disk.change("/docs/f02/link.txt")])
        await settled(machine, index)
        assert (await machine.ids())["/docs/f02/link.txt"] not in before.values()


async def test_a_rename_that_was_watched_needs_no_inode(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.files()
        machine.disk.rename("/docs/f01/01.txt", "/docs/f01/02.txt~")
        move = Change(action="move", export_path="/docs/f01/02.txt~", moved_from="/docs/f01/01.txt")
        await index.take(DISK, [move])
        await machine.agrees()
        assert (await machine.ids())["/docs/f01/02.txt~"] == before["/docs/f01/01.txt"][0]
        assert (await index.crawl(DISK)).changed == 0


async def test_a_watched_rename_over_another_keeps_the_target(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.ids()
        machine.disk.rename("/docs/f01/01.txt", "/docs/f01/02.txt")
        await index.take(DISK, [renamed(machine, "/docs/f01/01.txt", "/docs/f01/02.txt")])
        await settled(machine, index)
        assert (await machine.ids())["/docs/f01/02.txt"] == before["/docs/f01/02.txt"]


async def test_a_save_through_a_backup_keeps_the_id_while_watching(machine: Machine) -> None:
    fill(machine.disk)
    path = "/docs/f01/01.txt"
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.ids()
        machine.disk.rename(path, f"{path}~")
        machine.disk.write(path, 55)
        await index.take(DISK, [renamed(machine, path, f"{path}~"), machine.disk.change(path)])
        await settled(machine, index)
        after = await machine.ids()
        assert after[path] == before[path]
        assert after[f"{path}~"] not in before.values()


async def test_deletions_are_written_after_the_window_and_many_are_held(machine: Machine) -> None:
    fill(machine.disk, folders=20, each=50)
    async with machine.index() as index:
        await index.crawl(DISK)
        paths = sorted(machine.disk.files)
        for path in paths[:30]:
            machine.disk.remove(path)
        await index.take(DISK, [gone(path) for path in paths[:30]])
        await settled(machine, index)
        disk = dict(machine.disk.files)
        for start in range(30, 330, 50):
            await index.take(DISK, [gone(path) for path in paths[start : start + 50]])
        await settled(machine, index)
        (hold,) = index.holds()
        assert (hold.missing, len(await machine.files())) == (300, 970)
        await index.take(DISK, [machine.disk.change(path) for path in paths[30:330]])
        assert index.holds() == []
        assert machine.disk.files == disk


async def test_a_crawl_in_the_middle_of_a_deletion_does_not_judge_its_first_files(machine: Machine) -> None:
    """A watcher that hears of many asks for one, and the deletion goes on."""
    fill(machine.disk, folders=20, each=50)
    machine.settings = dataclasses.replace(machine.settings, watch=WatchSettings(rename_window_ms=3_600_000))
    async with machine.index() as index:
        await index.crawl(DISK)
        paths = sorted(machine.disk.files)
        for path in paths[:120]:
            machine.disk.remove(path)
        await index.take(DISK, [gone(path) for path in paths[:60]])
        counts = await index.crawl(replace(DISK, trigger="poll"))
        assert (counts.deleted, counts.held) == (0, 0)
        for path in paths[120:300]:
            machine.disk.remove(path)
        await index.crawl(replace(DISK, trigger="poll"))
        async with index._writing:
            await index._departing.settle_due(now=True)
        (hold,) = index.holds()
        assert (hold.missing, hold.known, len(await machine.files())) == (300, 1_000, 1_000)


async def test_what_a_crawl_of_a_watcher_missed_goes_with_the_departures(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
        machine.disk.remove("/docs/f01/01.txt")
        machine.disk.rename("/docs/f02/02.txt", "/docs/f03/new.txt")
        before = await machine.ids()
        await index.crawl(replace(DISK, trigger="poll"))
        await settled(machine, index)
        assert (await machine.ids())["/docs/f03/new.txt"] == before["/docs/f02/02.txt"]
        machine.disk.write("/docs/f01/01.txt", 1)
        await index.crawl(replace(DISK, trigger="poll"))
        await machine.agrees()


async def test_a_folder_that_is_gone_takes_its_files_along(machine: Machine) -> None:
    fill(machine.disk, folders=20, each=5)
    machine.disk.write("/docs/f01 beside/a.txt")
    machine.disk.write("/docs/f02/deep/a.txt")
    async with machine.index() as index:
        await index.crawl(DISK)
        for path in [path for path in machine.disk.files if path.startswith(("/docs/f01/", "/docs/f02/"))]:
            machine.disk.remove(path)
        machine.disk.write("/docs/f02")
        await index.take(DISK, [gone("/docs/f01"), machine.disk.change("/docs/f02")])
        await settled(machine, index)
        assert (await index.crawl(DISK)).deleted == 0


async def test_a_folder_that_was_renamed_keeps_all_ids(machine: Machine) -> None:
    fill(machine.disk, folders=3, each=400)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = {(doc_id, noun.inode) for doc_id, noun in (await machine.files()).values()}
        machine.disk.rename_folder("/docs/f01", "/docs/a/b")
        assert await index.move_folder(DISK, "/docs/f01", "/docs/a/b") == 400
        await machine.agrees()
        assert "/docs/f01" not in await index._memory.marks("/docs")
        assert {(doc_id, noun.inode) for doc_id, noun in (await machine.files()).values()} == before
        counts = await index.crawl(DISK)
        assert (counts.new, counts.changed, counts.moved, counts.deleted) == (0, 0, 0, 0)


async def test_a_folder_renamed_over_what_is_not_yet_gone_keeps_what_lies_there(machine: Machine) -> None:
    fill(machine.disk, folders=2, each=3)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.ids()
        for number in range(3):
            machine.disk.remove(f"/docs/f01/{number:02}.txt")
        machine.disk.rename_folder("/docs/f00", "/docs/f01")
        await index.take(DISK, [gone(f"/docs/f01/{number:02}.txt") for number in range(3)])
        await index.move_folder(DISK, "/docs/f00", "/docs/f01")
        await settled(machine, index)
        assert set(await machine.ids()) == {path for path in before if path.startswith("/docs/f01/")}


async def test_what_a_watcher_tells_during_a_crawl_is_newer_than_what_the_crawl_lists(machine: Machine) -> None:
    fill(machine.disk, folders=3, each=5)
    async with machine.index() as index:
        await index.crawl(DISK)
        whole = machine.disk.crawl

        async def with_news(source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
            """The folder was listed before the file was made, and is told of after the watcher told of the file."""
            assert isinstance(into, FolderSink)
            listed = machine.disk.folders()["/docs/f01"]
            machine.disk.write("/docs/f01/later.txt", 8)
            machine.disk.write("/docs/f01/00.txt", 77)
            news = [machine.disk.change(path) for path in ("/docs/f01/later.txt", "/docs/f01/00.txt")]
            await index.take(DISK, news)
            await into.folder("/docs/f01", listed, b"as it was before")
            return CrawlEnd(complete=True)

        machine.disk.crawl = with_news  # type: ignore[method-assign]
        counts = await index.crawl(DISK)
        assert (counts.deleted, counts.changed) == (0, 0)
        await machine.agrees()
        machine.disk.crawl = whole  # type: ignore[method-assign]
        await index.crawl(DISK)
        await machine.agrees()


async def test_a_sample_shows_files_as_they_were_seen(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
        sample = await index.sample(DISK, 30)
        assert len({change.export_path for change in sample}) == 30
        assert all(
            (change.size, change.mtime_ns, change.native_id)
            == ((real := machine.disk.change(change.export_path)).size, real.mtime_ns, real.native_id)
            for change in sample
        )
