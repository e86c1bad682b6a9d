"""Whether a file is on its way is known to every process that has the cache."""

from __future__ import annotations

from pathlib import Path

import trio

from plugins.builtin.tiers.tests.cache.sources import MIB, Source, cache_at, entry_named, until


async def test_a_file_is_on_its_way_while_somebody_fetches_it(tmp_path: Path) -> None:
    for number, size in ((1, MIB), (2, 8 * MIB)):
        here, other = cache_at(tmp_path), cache_at(tmp_path)
        entry, gate = entry_named(number, size), trio.Event()

        async def wait(offset: int, length: int, gate: trio.Event = gate) -> None:
            await gate.wait()

        async with trio.open_nursery() as nursery:
            handle = await here.keep(entry, Source(size, wait))
            assert not here.fetching(entry)
            nursery.start_soon(handle.read, 0, 10)
            await until(lambda: here.fetching(entry) and other.fetching(entry))  # noqa: B023 - it ends before the next
            assert not here.fetching(entry_named(9, size))
            gate.set()
            await until(lambda: not here.fetching(entry) and not other.fetching(entry))  # noqa: B023 - as above
            await handle.close()
