"""Of a file that is larger than anybody wants to wait for, only those parts travel that are read, and each once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.journeys.byte_truth.pair import FAR, MIB, Pair, xattr

pytestmark = pytest.mark.patient

PLACES = 5
READ = 100_000
SPAN = 8 * MIB
"""What is fetched at once at most, around what was asked for."""

READERS = 4
TOGETHER = 24 * MIB
"""The end of the file: what is fetched ahead of who reads in order would go on behind it."""

MOST_INTERVALS = 20

READS = """
import hashlib, os, sys
opened = os.open(sys.argv[1], os.O_RDONLY)
offset, end = int(sys.argv[2]), int(sys.argv[3])
found = hashlib.sha256()
while offset < end:
    piece = os.pread(opened, min(end - offset, 1 << 20), offset)
    found.update(piece)
    offset += len(piece)
print(found.hexdigest())
"""


def test_only_what_is_read_travels_and_readers_share_it(pair: Pair, *, full: bool) -> None:
    size = (10_240 if full else 512) * MIB
    places = [size * number // PLACES + 12_345 for number in range(PLACES)]
    together = size - TOGETHER
    source = pair.nas.files / "large"
    _plant(source, size, [*(place // MIB for place in places), *range(together // MIB, size // MIB)])
    with pair.mounted() as tree, source.open("rb") as real:
        [(shown, _)] = pair.wait_for(tree, [(Path(FAR, "large"), source)])
        assert shown.stat().st_blocks == 0
        came = pair.line.received
        with shown.open("rb", buffering=0) as opened:
            for place in places:
                opened.seek(place)
                assert opened.read(READ) == os.pread(real.fileno(), READ, place)
        travelled = pair.line.received - came
        assert PLACES * READ <= travelled <= PLACES * SPAN

        came = pair.line.received
        command = [sys.executable, "-c", READS, str(shown), str(together), str(size)]
        readers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(READERS)]
        found = {reader.communicate(timeout=120)[0] for reader in readers}
        command[3] = str(source)
        assert found == {subprocess.run(command, capture_output=True, check=True).stdout}
        assert TOGETHER <= pair.line.received - came < TOGETHER + MIB

        pair.laptop.until(lambda: xattr(shown, "state") == "partial", "what came in the cache")
        pair.laptop.until(lambda: int(xattr(shown, "cached_bytes")) >= TOGETHER, "all of what came")
        assert 0 < _intervals(pair.cache / "index.db", size) < MOST_INTERVALS


def _plant(path: Path, size: int, written: list[int]) -> None:
    """Sparse, but for those mebibytes, and the ones behind them."""
    chance = Random(5)
    with path.open("wb") as out:
        out.truncate(size)
        for place in written:
            out.seek(place * MIB)
            out.write(chance.randbytes(min(2 * MIB, size - place * MIB)))


def _intervals(index: Path, size: int) -> int:
    """Each is two numbers of eight bytes in the map of what is here."""
    connection = sqlite3.connect(f"file:{index}?mode=ro", uri=True)
    try:
        [(length,)] = connection.execute(
            "SELECT length(block_map) FROM cache_entries WHERE file_size = ?", (size,)
        ).fetchall()
    finally:
        connection.close()
    return int(length) // 16
