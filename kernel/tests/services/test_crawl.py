"""A crawl from the plugin's sink to the documents, over a real store: who keeps their identity, and what is deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

import pytest
import trio

from kernel.tests.services.indexing.machine import NODE, Machine, fill
from mosaicfs import open_store, wire
from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.configuration import CrawlSettings, Settings
from mosaicfs.model.crawling import Change, CrawlEnd, Source
from mosaicfs.model.role import CONTROL, node_role
from mosaicfs.model.sink import Sink
from mosaicfs.services.indexing.identity import Known
from mosaicfs.services.indexing.memory import Memory
from mosaicfs_sdk.fakes.disk import DISK


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with open_store(tmp_path / "store.db", tmp_path / "bell") as store:
        yield Machine(store, tmp_path / "agent.db")


# --- finding -----------------------------------------------------------------------------------------------------


async def test_everything_is_found_and_counted(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        counts = await index.crawl(DISK)
        assert (counts.seen, counts.new, counts.deleted, counts.phase) == (100, 100, 0, "idle")
        assert counts.complete
        assert await index.count(DISK) == 100
    await machine.agrees()
    assert len({noun.inode for _, noun in (await machine.files()).values()}) == 100


async def test_a_second_crawl_without_changes_writes_no_document(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
    before, machine.disk.sent = await machine.seq(), 0
    async with machine.index() as index:
        counts = await index.crawl(DISK)
    assert (counts.seen, counts.new, counts.changed) == (100, 0, 0)
    assert machine.disk.sent == 0
    assert await machine.seq() == before


async def test_changes_keep_id_and_inode(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.files()
        machine.disk.write("/docs/f03/04.txt", 999)
        counts = await index.crawl(DISK)
    assert (counts.new, counts.changed) == (0, 1)
    await machine.agrees()
    doc_id, noun = (await machine.files())["/docs/f03/04.txt"]
    assert (doc_id, noun.inode) == (before["/docs/f03/04.txt"][0], before["/docs/f03/04.txt"][1].inode)


async def test_what_a_newer_version_wrote_survives_and_the_digest_goes_with_the_bytes(machine: Machine) -> None:
    machine.disk.write("/docs/a.txt")
    machine.disk.write("/docs/b.txt")
    async with machine.index() as index:
        await index.crawl(DISK)
        for path, (doc_id, noun) in (await machine.files()).items():
            (document,) = await machine.store.get_many([doc_id])
            assert document is not None
            body = wire.encode(noun)[:-1] + b',"digest":"sha256:00","zoom":{"of":"later"}}'
            (row,) = await machine.store.write(
                [document._replace(body=wire.canonical_text(body))], writer=node_role(NODE)
            )
            assert not row.error, path
        machine.disk.write("/docs/a.txt", 7)
        machine.disk.rename("/docs/b.txt", "/docs/c.txt")
        await index.crawl(DISK)
    files = await machine.files()
    assert [files[path][1].digest for path in ("/docs/a.txt", "/docs/c.txt")] == [None, "sha256:00"]
    assert all(noun.unknown == {"zoom": {"of": "later"}} for _, noun in files.values())


async def test_another_file_that_looks_the_same_is_another_version(machine: Machine) -> None:
    machine.disk.write("/docs/a.txt")
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.ids()
        machine.disk.copy("/docs/a.txt", "/docs/a.txt")
        assert (await index.crawl(DISK)).changed == 1
        assert (await index.crawl(DISK)).changed == 0
    assert await machine.ids() == before
    assert (await machine.files())["/docs/a.txt"][1].source.version == "ino:66"


async def test_a_batch_that_is_under_way_when_the_crawl_ends_is_not_lost(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.settings = Settings(crawl=CrawlSettings(batch_size=1000, batch_ms=20))
    fill(machine.disk)
    known, reading = Memory.known, trio.Event()

    async def slowly(memory: Memory, folders: Sequence[str], paths: Iterable[str] = ()) -> dict[str, Known]:
        reading.set()
        await trio.sleep(0.05)
        return await known(memory, folders, paths)

    whole = machine.disk.crawl

    async def until_a_batch_is_read(source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
        end = await whole(source, since, into)
        await reading.wait()
        return end

    monkeypatch.setattr(Memory, "known", slowly)
    machine.disk.crawl = until_a_batch_is_read  # type: ignore[method-assign]
    async with machine.index() as index:
        await index.crawl(DISK)
    await machine.agrees()


async def test_a_source_of_nobody_is_unavailable(machine: Machine) -> None:
    async with machine.index() as index:
        with pytest.raises(SourceUnavailableError, match="no plugin"):
            await index.crawl(Source(name="x", backend="other", node_id=NODE, prefix="/x"))


# --- identity ----------------------------------------------------------------------------------------------------


async def test_renames_keep_id_inode_and_a_copy_does_not(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.files()
        machine.disk.rename("/docs/f05/01.txt", "/docs/f00/moved up.txt")
        machine.disk.rename("/docs/f05/02.txt", "/docs/f09/moved down.txt")
        machine.disk.copy("/docs/f05/03.txt", "/docs/f05/copy.txt")
        counts = await index.crawl(DISK)
        assert (counts.moved, counts.new, counts.deleted) == (2, 1, 0)
        assert (await index.crawl(DISK)).seen == 101
    await machine.agrees()
    after = await machine.files()
    for old, new in (("01.txt", "/docs/f00/moved up.txt"), ("02.txt", "/docs/f09/moved down.txt")):
        assert after[new][0] == before[f"/docs/f05/{old}"][0]
        assert after[new][1].inode == before[f"/docs/f05/{old}"][1].inode
        assert after[new][1].name == new.rpartition("/")[2]
    assert after["/docs/f05/copy.txt"][0] not in {doc_id for doc_id, _ in before.values()}


async def test_a_folder_that_moved_keeps_the_ids_and_inodes_of_its_files(machine: Machine) -> None:
    fill(machine.disk, folders=4, each=50)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = {(doc_id, noun.inode) for doc_id, noun in (await machine.files()).values()}
        machine.disk.rename_folder("/docs/f01", "/docs/elsewhere/deep")
        counts = await index.crawl(DISK)
        assert (counts.moved, counts.new, counts.deleted, counts.held) == (50, 0, 0, 0)
    await machine.agrees()
    assert {(doc_id, noun.inode) for doc_id, noun in (await machine.files()).values()} == before


async def test_saving_through_a_new_file_or_a_backup_keeps_the_id(machine: Machine) -> None:
    disk = machine.disk
    for name in ("a", "b"):
        disk.write(f"/docs/{name}.txt")
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.ids()
        disk.write("/docs/a.tmp", 5)
        disk.rename("/docs/a.tmp", "/docs/a.txt")
        disk.rename("/docs/b.txt", "/docs/b.txt~")
        disk.write("/docs/b.txt", 6)
        await index.crawl(DISK)
    await machine.agrees()
    after = await machine.ids()
    assert {path: after[path] for path in before} == before
    assert after["/docs/b.txt~"] not in before.values()


async def test_a_rename_over_another_keeps_the_target(machine: Machine) -> None:
    machine.disk.write("/docs/from.txt", 3)
    machine.disk.write("/docs/to.txt", 4)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.ids()
        machine.disk.rename("/docs/from.txt", "/docs/to.txt")
        assert (await index.crawl(DISK)).deleted == 1
    await machine.agrees()
    assert await machine.ids() == {"/docs/to.txt": before["/docs/to.txt"]}


async def test_a_file_that_returns_is_itself_again(machine: Machine) -> None:
    machine.disk.write("/docs/a.txt")
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.files()
        on_disk = machine.disk.files.pop("/docs/a.txt")
        assert (await index.crawl(DISK)).deleted == 1
        (gone,) = (await machine.files("deleted")).values()
        assert (gone[1].deleted_reason, gone[1].deleted_at is not None) == ("gone", True)
        machine.disk.files["/docs/a.txt"] = on_disk
        assert (await index.crawl(DISK)).new == 1
    assert await machine.files() == before


# --- the brake ---------------------------------------------------------------------------------------------------


async def test_few_missing_files_are_deleted(machine: Machine) -> None:
    fill(machine.disk, folders=20, each=50)
    async with machine.index() as index:
        await index.crawl(DISK)
        for path in sorted(machine.disk.files)[:30]:
            machine.disk.remove(path)
        counts = await index.crawl(DISK)
        assert (counts.deleted, counts.held) == (30, 0)
        assert index.holds() == []
    await machine.agrees()


async def test_many_missing_files_wait_for_a_person(machine: Machine) -> None:
    fill(machine.disk, folders=20, each=50)
    async with machine.index() as index:
        await index.crawl(DISK)
        for path in sorted(machine.disk.files)[:300]:
            machine.disk.remove(path)
        counts = await index.crawl(DISK)
        assert (counts.deleted, counts.held) == (0, 300)
        (hold,) = index.holds()
        assert (hold.path, hold.missing, hold.known, len(hold.examples)) == ("/docs", 300, 1000, 20)
        assert hold.hold_id.startswith("wp-")
        assert "large_local_deletion:/docs" in machine.notices.holding
        assert len(await machine.files()) == 1000
    async with machine.index() as index:
        assert [each.missing for each in index.holds()] == [300]
        assert (await index.crawl(DISK)).held == 300
        assert await index.confirm("wp-000000000000") == 0
        assert await index.confirm(hold.hold_id) == 300
        assert index.holds() == []
        assert machine.notices.holding == {}
        assert (await index.crawl(DISK)).held == 0
    await machine.agrees()


async def test_who_goes_in_turns_is_counted_together(machine: Machine) -> None:
    fill(machine.disk, folders=20, each=50)
    async with machine.index() as index:
        await index.crawl(DISK)
        paths = sorted(machine.disk.files)
        for path in paths[:200]:
            machine.disk.remove(path)
        counts = await index.crawl(DISK)
        assert (counts.deleted, counts.held) == (200, 0)
        for path in paths[200:260]:
            machine.disk.remove(path)
        counts = await index.crawl(DISK)
        assert (counts.deleted, counts.held) == (0, 60)
        (hold,) = index.holds()
        assert (hold.missing, hold.known) == (60, 1000)


async def test_held_files_that_are_seen_again_leave_and_an_empty_hold_is_over(machine: Machine) -> None:
    fill(machine.disk, folders=20, each=50)
    async with machine.index() as index:
        await index.crawl(DISK)
        before, disk = await machine.files(), dict(machine.disk.files)
        for path in sorted(disk)[:300]:
            machine.disk.remove(path)
        await index.crawl(DISK)
        machine.disk.files |= {path: disk[path] for path in sorted(disk)[10:300]}
        assert (await index.crawl(DISK)).held == 10
        assert [hold.missing for hold in index.holds()] == [10]
        machine.disk.files = disk
        assert (await index.crawl(DISK)).held == 0
        assert index.holds() == []
        assert machine.notices.holding == {}
    assert await machine.files() == before


async def test_an_empty_folder_deletes_nothing(machine: Machine) -> None:
    fill(machine.disk, folders=1, each=10)
    async with machine.index() as index:
        await index.crawl(DISK)
        machine.disk.files.clear()
        assert (await index.crawl(DISK)).held == 10
    assert len(await machine.files()) == 10


async def test_a_crawl_that_raised_deletes_nothing(machine: Machine) -> None:
    fill(machine.disk)
    async with machine.index() as index:
        await index.crawl(DISK)
        machine.disk.remove("/docs/f00/00.txt")
        machine.disk.fail_after = 6
        with pytest.raises(SourceUnavailableError, match="away"):
            await index.crawl(DISK)
        assert len(await machine.files()) == 100
        assert not index.counts.complete
        machine.disk.fail_after = None
        assert (await index.crawl(DISK)).deleted == 1
    await machine.agrees()


# --- what is not watched any more --------------------------------------------------------------------------------


async def test_a_place_that_is_left_goes_through_the_brake_as_excluded(machine: Machine) -> None:
    fill(machine.disk, folders=1, each=9)
    async with machine.index() as index:
        await index.crawl(DISK)
        await index.leave(DISK)
        assert len(await machine.files()) == 0
        assert {noun.deleted_reason for _, noun in (await machine.files("deleted")).values()} == {"excluded"}
        fill(machine.disk, folders=2, each=9)
        await index.crawl(DISK)
        await index.leave(DISK)
        (hold,) = index.holds()
        assert await index.confirm(hold.hold_id) == 18
        await index.crawl(DISK)
    await machine.agrees()


async def test_what_others_took_out_of_the_documents_comes_back_once_the_memory_is_learned_anew(
    machine: Machine,
) -> None:
    fill(machine.disk, folders=2, each=5)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.files()
        wiped = dict(list(before.items())[:4])
        for doc_id, _ in wiped.values():
            found = await machine.store.get(doc_id)
            assert found is not None
            await machine.store.write([found._replace(body=b"{}", deleted=True)], writer=CONTROL)
        await index.crawl(DISK)
        assert len(await machine.files()) == 6, "the folders are as they were, so nobody looks"
        await index.relearn()
        await index.crawl(DISK)
        after = await machine.files()
    assert after.keys() == before.keys()
    assert {path for path in before if before[path][0] != after[path][0]} == wiped.keys()


async def test_what_is_watched_still_is_not_left_with_the_place_around_it(machine: Machine) -> None:
    fill(machine.disk, folders=3, each=3)
    async with machine.index() as index:
        await index.crawl(DISK)
        before = await machine.files()
        kept = min(before).rpartition("/")[0]
        await index.leave(DISK, [kept])
        after = await machine.files()
    assert after == {path: known for path, known in before.items() if path.startswith(f"{kept}/")}
    assert len(after) == 3


# --- sources that send change by change ----------------------------------------------------------------------------


class Listing:
    """A service that sends all or what changed, and resumes at a cursor."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.complete = True
        self.cursors: list[str | None] = []

    async def crawl(self, source: Source, since: str | None, into: Sink) -> CrawlEnd:
        self.cursors.append(since)
        for change in self.changes:
            await into.send(change)
        return CrawlEnd(complete=self.complete, cursor=str(len(self.cursors)))


MAIL = Source(name="mail", backend="gmail", node_id=NODE, prefix="/gmail")


def message(number: int, size: int = 1) -> Change:
    path = f"/gmail/{number}.eml"
    return Change(action="create", export_path=path, size=size, mtime="2026-01-01T00:00:00Z", native_id=f"m{number}")


async def test_a_service_is_taken_in_change_by_change(machine: Machine) -> None:
    mail = Listing()
    machine.disk = mail  # type: ignore[assignment]
    mail.changes = [message(number) for number in range(50)]
    async with machine.index() as index:
        assert (await index.crawl(MAIL)).new == 50
        before, seq = await machine.files(), await machine.seq()
        assert before["/gmail/3.eml"][1].source.backend == "mail"
        assert before["/gmail/3.eml"][1].source.native_id == "m3"
        await index.crawl(MAIL)
        assert await machine.seq() == seq
        mail.complete = False
        moved = Change(action="move", export_path="/gmail/x/3.eml", moved_from="/gmail/3.eml", size=1)
        mail.changes = [Change(action="delete", export_path="/gmail/1.eml"), moved, message(7, 99)]
        mail.changes[1] = Change(
            action="move",
            export_path="/gmail/x/3.eml",
            moved_from="/gmail/3.eml",
            size=1,
            mtime="2026-01-01T00:00:00Z",
            native_id="m3",
        )
        counts = await index.crawl(MAIL)
        assert (counts.moved, counts.changed, counts.deleted) == (1, 1, 1)
        mail.complete, mail.changes = True, [message(number) for number in range(10, 50)]
        assert (await index.crawl(MAIL)).deleted == 9
    assert mail.cursors == [None, "1", "2", "3"]
    after = await machine.files()
    assert sorted(after) == sorted(f"/gmail/{number}.eml" for number in range(10, 50))
