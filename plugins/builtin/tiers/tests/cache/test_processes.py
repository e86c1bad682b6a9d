"""One cache and several processes, some of which are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
import trio

from mosaicfs_tiers.cache.block_map import BLOCK
from mosaicfs_tiers.cache.data_files import DataFiles
from mosaicfs_tiers.cache.index import Index, rows_by_key
from plugins.builtin.tiers.tests.cache.sources import MIB, Source, cache_at, content_at, entry_named

ROOT = Path(__file__).parents[5]
KILLS = 20 if os.environ.get("MOSAICFS_SOAK") == "1" else 3
READS = """
import sys, time, trio
from pathlib import Path
from plugins.builtin.tiers.tests.cache.sources import Source, cache_at, content_at, entry_named

async def main(root, log, size, offset):
    async def logged(at, length):
        with open(log, "a") as file:
            file.write(f"{at} {length}\\n")
        await trio.sleep(0.3)

    cache, entry = cache_at(Path(root)), entry_named(1, size)
    print("ready", flush=True)
    sys.stdin.readline()
    handle = await cache.keep(entry, Source(size, before=logged))
    assert await handle.read(offset, 1000) == content_at(offset, 1000)
    await trio.sleep(0.3)
    await handle.close()

trio.run(main, sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
"""
WRITES = """
import sys, trio
from pathlib import Path
from random import Random
from plugins.builtin.tiers.tests.cache.sources import MIB, Source, cache_at, content_at, entry_named

async def main(root, seed):
    random, cache = Random(seed), cache_at(Path(root), max_bytes=60 * MIB)
    print("ready", flush=True)
    while True:
        number = random.randrange(6)
        size = (2 * MIB + 5, 30 * MIB + 7)[number % 2]
        handle = await cache.keep(entry_named(number, size), Source(size))
        for _ in range(5):
            offset = random.randrange(size)
            assert await handle.read(offset, 2 * MIB) == content_at(offset, min(2 * MIB, size - offset))
        await handle.close()

trio.run(main, sys.argv[1], int(sys.argv[2]))
"""

pytestmark = [pytest.mark.journey, pytest.mark.patient]


def started(program: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ready(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("size", [3 * MIB, 30 * MIB])
def test_readers_in_three_processes_cause_one_fetch(tmp_path: Path, size: int) -> None:
    log = tmp_path / "asked"
    processes = [started(READS, tmp_path / "cache", log, size, 2 * MIB + 5) for _ in range(3)]
    for process in [ready(process) for process in processes]:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=30)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(log.read_text().splitlines()) == 1


@pytest.mark.parametrize("seed", range(KILLS))
async def test_after_a_kill_no_byte_is_served_that_was_not_fetched(tmp_path: Path, seed: int) -> None:
    writers = [started(WRITES, tmp_path, seed * 2 + n) for n in range(2)]
    for process in writers:
        ready(process)
    await trio.sleep(0.5 + Random(seed).random())
    for process in writers:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert [process.returncode for process in writers] == [-signal.SIGKILL, -signal.SIGKILL]
    what_rows_say_is_on_disk(tmp_path)
    cache = cache_at(tmp_path)
    for number in range(6):
        size = (2 * MIB + 5, 30 * MIB + 7)[number % 2]
        handle = await cache.keep(entry_named(number, size), Source(size))
        assert await handle.read(0, size) == content_at(0, size)
        await handle.close()


def what_rows_say_is_on_disk(root: Path) -> None:
    files = DataFiles(root)
    rows = Index(root / "index.db").change_here(lambda connection: rows_by_key(connection, "", 100))
    assert rows
    for row in rows:
        content = files.path(row.cache_key).read_bytes()
        for start, end in row.blocks().intervals():
            stop = min(end * BLOCK, row.file_size)
            assert content[start * BLOCK : stop] == content_at(start * BLOCK, stop - start * BLOCK)
