"""Many small files of one node are kept offline together, and each of them also where that fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import trio

from mosaicfs.model.entry import Entry
from mosaicfs_tiers.cache.kept_handle import KeptHandle
from plugins.builtin.tiers.tests.cache.offline import FarNode, Machine
from plugins.builtin.tiers.tests.cache.sources import MIB, Source, cache_at, content_at, entry_named, refuses, until


@dataclass(slots=True)
class ManyAtOnce(FarNode):
    """As a node of this version. `lacks` do not come with others."""

    parts: list[list[str]] = field(default_factory=list)
    lacks: frozenset[str] = frozenset()

    def is_small(self, entry: Entry) -> bool:
        return entry.size <= MIB

    async def gather(self, entries: Sequence[Entry]) -> Mapping[str, bytes]:
        await trio.lowlevel.checkpoint()
        self.parts.append([each.file_id for each in entries])
        if self.is_gone:
            return {}
        return {each.file_id: content_at(0, each.size) for each in entries if each.file_id not in self.lacks}


async def test_small_files_come_together_and_large_ones_by_themselves(tmp_path: Path) -> None:
    far = ManyAtOnce()
    machine = Machine(tmp_path, far=far)
    small = [await machine.file(number, 10_000 + number) for number in range(1, 60)]
    large = await machine.file(99, 3 * MIB)
    await machine.pin("trip")
    async with machine.keeping():
        for each in (*small, large):
            await machine.until_state(each, "kept")
        await until(lambda: machine.told("trip")["kept_files"] == 60)
    assert far.parts == [small]
    assert far.opened == [large]
    far.is_gone = True
    assert await machine.read(small[7]) == content_at(0, 10_008)


async def test_what_does_not_come_with_others_comes_by_itself(tmp_path: Path) -> None:
    far = ManyAtOnce()
    machine = Machine(tmp_path, far=far)
    files = [await machine.file(number, 10_000 + number) for number in range(1, 10)]
    far.lacks = frozenset(files[3:5])
    await machine.pin("trip")
    async with machine.keeping():
        for each in files:
            await machine.until_state(each, "kept")
    assert sorted(far.opened) == sorted(files[3:5])


async def test_a_metered_network_is_not_used_for_many_either(tmp_path: Path) -> None:
    far = ManyAtOnce()
    machine = Machine(tmp_path, far=far)
    machine.network.is_metered = True
    files = [await machine.file(number, 10_000) for number in range(1, 10)]
    await machine.pin("trip")
    async with machine.keeping():
        await until(lambda: machine.pinning.fetching.waits == "network")
        assert [await machine.state(each) for each in files] == ["wanted"] * len(files)
    assert (far.parts, far.opened) == ([], [])


async def test_a_part_is_brought_here_without_being_read(tmp_path: Path) -> None:
    cache, source = cache_at(tmp_path), Source(20 * MIB)
    entry = entry_named(1, source.size)
    handle = await cache.keep(entry, source)
    assert isinstance(handle, KeptHandle)
    await handle.fill(3 * MIB, 9 * MIB)
    await until(lambda: cache.here(entry) == 9 * MIB)
    assert source.fetched == 9 * MIB
    await handle.fill(0, 20 * MIB)
    await handle.close()
    await until(lambda: cache.here(entry) == 20 * MIB)
    assert source.fetched == 20 * MIB


async def test_a_source_that_fails_meanwhile_is_told_of(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    await machine.file(1, 20 * MIB)
    machine.far.before = refuses
    await machine.pin("trip")
    async with machine.keeping():
        await until(lambda: machine.pinning.fetching.waits == "source")


async def test_what_has_come_ahead_is_written_down_although_its_reader_is_gone(tmp_path: Path) -> None:
    cache, source = cache_at(tmp_path), Source(20 * MIB)
    entry = entry_named(1, source.size)
    handle = await cache.keep(entry, source)
    for offset in range(0, 20 * MIB, 4 * MIB):
        assert await handle.read(offset, 4 * MIB) == content_at(offset, 4 * MIB)
    await handle.close()
    await until(lambda: cache.here(entry) == source.size)
