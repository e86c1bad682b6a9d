"""What is pinned is here when the network is not, within its budget and for as long as it is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.pin import PinScope
from mosaicfs.services.pinning.fetching import MOST_SETTLING
from mosaicfs.services.pinning.pinning import NEAR
from mosaicfs_tiers.cache.data_files import DataFiles
from plugins.builtin.tiers.tests.cache.offline import FAR, HERE, Machine
from plugins.builtin.tiers.tests.cache.sources import MIB, content_at, data_files, until

pytestmark = pytest.mark.patient


@pytest.mark.parametrize("size", [0, 3 * MIB - 7, 6 * MIB + 5])
async def test_a_pinned_file_is_read_with_its_node_gone(tmp_path: Path, size: int) -> None:
    machine = Machine(tmp_path)
    film = await machine.file(1, size)
    other = await machine.file(2, MIB, labels=())
    await machine.pin("trip")
    async with machine.keeping():
        await machine.until_state(film, "kept")
    machine.far.is_gone = True
    assert await machine.read(film) == content_at(0, size)
    with pytest.raises(SourceUnavailableError):
        await machine.read(other)
    assert (await machine.state(other), set(machine.far.opened)) == ("none", {film})


async def test_what_a_network_mount_serves_is_kept_too_when_it_is_pinned(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.far.keeps = False
    film = await machine.file(1, 6 * MIB)
    await machine.pin("trip")
    async with machine.keeping():
        await machine.until_state(film, "kept")
    machine.far.is_gone = True
    assert await machine.read(film) == content_at(0, 6 * MIB)


async def test_files_of_this_machine_are_kept_as_they_are(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    own = await machine.file(1, MIB, node_id=HERE)
    await machine.pin("trip", budget_bytes=10)
    async with machine.keeping():
        await machine.until_state(own, "kept")
    assert (machine.far.opened, data_files(tmp_path), machine.notices.holding) == ([], [], {})
    assert (machine.told("trip")["state"], machine.told("trip")["kept_bytes"]) == ("kept", MIB)


async def test_what_does_not_fit_the_budget_is_named_and_left_where_it_is(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    small, large = await machine.file(1, MIB), await machine.file(2, 3 * MIB)
    await machine.pin("trip", budget_bytes=2 * MIB)
    async with machine.keeping():
        await machine.until_state(small, "kept")
        await until(lambda: machine.told("trip")["state"] == "blocked")
        assert await machine.state(large) == "blocked"
        told = machine.told("trip")
        assert (told["kept_bytes"], told["blocked"], told["blocked_bytes"]) == (MIB, ["/far/2.bin"], 3 * MIB)
        [(key, message)] = machine.notices.holding.items()
        assert (key, "/far/2.bin" in message) == ("pin_over_budget:trip", True)
        await machine.pin("trip", budget_bytes=8 * MIB)
        await machine.until_state(large, "kept")
    assert (machine.notices.holding, machine.far.opened) == ({}, [small, large])


async def test_budgets_that_are_nearly_used_up_are_told_of_until_there_is_room_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    await machine.file(1, 9 * MIB, node_id=HERE)
    await machine.file(2, MIB)
    for hundredths, told in ((130, []), (115, []), (111, [NEAR]), (115, [NEAR]), (130, [])):
        await machine.pin("trip", budget_bytes=MIB * hundredths // 100)
        await machine.pinning.look()
        assert list(machine.notices.holding) == told


async def test_more_urgent_pins_are_filled_first_and_then_smaller_files(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    files = [await machine.file(n, size * MIB, labels=(label,)) for n, size, label in [(1, 2, "a"), (2, 1, "a")]]
    urgent = await machine.file(3, 3 * MIB, labels=("b",))
    await machine.pin("later", PinScope(labels=("a",)))
    await machine.pin("first", PinScope(labels=("b",)), priority=1)
    async with machine.keeping():
        await until(lambda: len(machine.far.opened) == 3)
    assert machine.far.opened == [urgent, files[1], files[0]]


async def test_pinned_files_have_room_beside_the_cache_and_never_give_way(tmp_path: Path) -> None:
    machine = Machine(tmp_path, max_bytes=2 * MIB)
    pinned = [await machine.file(n, 2 * MIB) for n in (1, 2)]
    await machine.pin("trip")
    async with machine.keeping():
        for each in pinned:
            await machine.until_state(each, "kept")
    for number in (3, 4, 5):
        file_id = await machine.file(number, MIB, labels=())
        opened = await machine.content.open(file_id)
        await opened.read(0, MIB)
        entry = await machine.entry(file_id)
        await until(lambda entry=entry: machine.cache.here(entry) == MIB)  # type: ignore[misc]
        await opened.close()
    report = machine.cache.report()
    assert (report["pinned_bytes"], report["bytes"], report["evictions"]) == (4 * MIB, 6 * MIB, 1)
    assert [await machine.state(each) for each in pinned] == ["kept", "kept"]


@pytest.mark.parametrize("ends", ["expired", "removed", "disabled", "no longer matching"])
async def test_what_is_no_longer_wanted_gives_way_like_everything_else(tmp_path: Path, ends: str) -> None:
    machine = Machine(tmp_path, max_bytes=2 * MIB)
    files = [await machine.file(n, 2 * MIB) for n in (1, 2)]
    await machine.pin("trip", expires_at="2100-01-01T00:00:00Z")
    async with machine.keeping():
        for each in files:
            await machine.until_state(each, "kept")
        if ends == "expired":
            machine.ahead_s = 100 * 366 * 86_400.0
            await machine.file(9, 1, labels=())  # anything that makes it look
        elif ends == "removed":
            await machine.unpin("trip")
        elif ends == "disabled":
            await machine.pin("trip", enabled=False)
        else:
            for number in (1, 2):
                await machine.file(number, 2 * MIB, labels=("home",))
        for each in files:
            await machine.until_state(each, "none")
        await until(lambda: machine.cache.report()["bytes"] == 2 * MIB)
    assert machine.cache.report()["pinned_bytes"] == 0


async def test_a_changed_file_is_fetched_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    film = await machine.file(1, MIB)
    await machine.pin("trip")
    async with machine.keeping():
        await machine.until_state(film, "kept")
        await machine.change(1, 2 * MIB, "2026-02-01T00:00:00.000000Z")
        assert await machine.state(film) != "kept"
        await machine.until_state(film, "kept")
        later = await machine.file(2, MIB)
        await machine.until_state(later, "kept")
    assert machine.far.opened == [film, film, later]
    machine.far.is_gone = True
    assert await machine.read(film) == content_at(0, 2 * MIB)


async def test_a_node_that_is_away_is_asked_again_later_and_seldom(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.far.is_gone = True
    files = [await machine.file(n, MIB) for n in range(1, 30)]
    await machine.pin("trip")
    async with machine.keeping():
        await until(lambda: machine.pinning.fetching.waits == "source")
        await trio.sleep(0.2)
        assert (await machine.state(files[0]), machine.content.trouble(files[1])) == ("wanted", "")


async def test_small_files_are_put_down_while_the_next_ones_come(tmp_path: Path) -> None:
    machine, settling = Machine(tmp_path), []

    async def noted(offset: int, length: int) -> None:
        settling.append(len(machine.pinning.fetching._settling))

    machine.far.before = noted
    files = [await machine.file(n, MIB) for n in range(1, 30)]
    await machine.pin("trip")
    async with machine.keeping():
        for file_id in files:
            await machine.until_state(file_id, "kept")
        await until(lambda: not machine.pinning.fetching.is_at_work)
    assert len(machine.far.opened) == len(files)
    assert 1 < max(settling) <= MOST_SETTLING


async def test_what_is_no_longer_wanted_while_it_is_put_down_is_left_alone(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    files = [await machine.file(n, MIB) for n in range(1, 30)]
    await machine.pin("trip")
    async with machine.keeping():
        await until(lambda: machine.pinning.fetching._settling)
        await machine.unpin("trip")
        for file_id in files:
            await machine.until_state(file_id, "none")
        await until(lambda: not machine.pinning.fetching.is_at_work)


async def test_a_metered_network_is_not_used_unless_it_is_allowed(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.network.is_metered = True
    film = await machine.file(1, MIB)
    await machine.pin("trip")
    async with machine.keeping():
        await until(lambda: machine.pinning.fetching.waits == "network")
    assert (machine.far.opened, await machine.state(film)) == ([], "wanted")


async def test_what_was_begun_is_gone_on_with_after_a_restart(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    film = await machine.file(1, 8 * MIB)
    opened = await machine.content.open(film)
    await opened.read(5 * MIB, 1)
    await until(lambda: machine.cache.report()["bytes"] == MIB)
    await opened.close()
    again = Machine(tmp_path, store=machine.store)
    await again.pin("trip")
    spans = again.cache.lacking(await again.entry(film))
    assert [(span.offset, span.length) for span in spans] == [(0, 5 * MIB), (6 * MIB, 2 * MIB)]
    async with again.keeping():
        await again.until_state(film, "kept")
    assert again.cache.report()["fetched_bytes"] == 7 * MIB


async def test_other_processes_of_the_machine_know_what_is_pinned(tmp_path: Path) -> None:
    machine = Machine(tmp_path, max_bytes=MIB)
    film = await machine.file(1, 3 * MIB)
    await machine.pin("trip")
    mount = Machine(tmp_path, max_bytes=MIB, store=machine.store)
    async with machine.keeping():
        await mount.until_state(film, "kept")
    await mount.cache._shelf.room.settle()
    assert await mount.state(film) == "kept"


async def test_whoever_reads_goes_first(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    begun, go_on = trio.Event(), trio.Event()

    async def slowly(offset: int, length: int) -> None:
        begun.set()
        await go_on.wait()

    read, film = await machine.file(1, 6 * MIB, labels=()), await machine.file(2, 6 * MIB)
    machine.far.before = slowly
    opened = await machine.content.open(read)
    machine.far.before = None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(opened.read, 0, 1)
        await begun.wait()
        await machine.pin("trip")
        async with machine.keeping():
            await until(lambda: film in machine.far.opened)
            await trio.sleep(0.2)
            assert machine.cache.here(await machine.entry(film)) == 0
            go_on.set()
            await machine.until_state(film, "kept")
    await opened.close()


async def test_on_a_small_disk_pinned_files_take_the_place_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(tmp_path)
    disk = 5 * MIB
    monkeypatch.setattr(
        DataFiles, "free", lambda files: disk - sum(each.stat().st_size for each in data_files(tmp_path))
    )
    for number in (1, 2):
        other = await machine.content.open(await machine.file(number, 2 * MIB, labels=()))
        await other.read(0, 2 * MIB)
        await until(lambda number=number: machine.cache.report()["bytes"] == number * 2 * MIB)  # type: ignore[misc]
        await other.close()
    film, large = await machine.file(3, 3 * MIB), await machine.file(4, 6 * MIB)
    await machine.pin("trip")
    async with machine.keeping():
        await machine.until_state(film, "kept")
        await until(lambda: machine.pinning.fetching.waits == "disk")
    assert (machine.cache.report()["evictions"], machine.far.opened.count(large)) == (1, 0)


async def test_a_file_of_unknown_size_is_kept_with_its_real_one(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    film = await machine.file(1, 0)
    entry = await machine.entry(film)
    place = FileSource(node_id=FAR, export_path="/far/1.bin", export_parent="/far", size_known=False)
    stored = File(inode=1001, name="1.bin", source=place, size=0, mtime=entry.mtime, status="active")
    await machine.put(film, stored, node_id=FAR)
    machine.far.real_size = 2 * MIB
    await machine.pin("trip")
    async with machine.keeping():
        await machine.until_state(film, "kept")
    assert machine.cache.here(await machine.entry(film)) == 2 * MIB
