"""Much at once, and too little room: what the mount cannot keep it passes on, and whom it cannot serve it tells so."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.journeys.byte_truth.pair import FAR, MIB, Pair, xattr
from tests.journeys.byte_truth.truth import ENDED, RIGHT, all_right, read_together

pytestmark = pytest.mark.patient

ROOM_MIB = 8
PATIENCE_S = 20.0
OVERHEAD = 1.2
"""Of what passes on the line, over the bytes themselves."""


def until_here(places: list[Path]) -> None:
    until = time.monotonic() + PATIENCE_S
    while away := [place for place in places if xattr(place, "state") != "available"]:
        assert time.monotonic() < until, away
        time.sleep(0.02)


def test_two_mounts_of_a_machine_fetch_once_what_both_read(pair: Pair, *, full: bool) -> None:
    sources = [each for each in pair.plant("twice", 200 if full else 40) if each[0].parts[0] == FAR]
    with pair.mounted() as one, pair.mounted() as other:
        turns = [pair.wait_for(one, sources), pair.wait_for(other, sources)]
        shown = [each for turn in turns for each in turn]
        came = pair.line.received
        for turn in turns:
            with ThreadPoolExecutor(4) as readers:
                for (place, source), found in zip(turn, readers.map(_whole, [each for each, _ in turn]), strict=True):
                    assert found == source.read_bytes(), place
            # What came with its opening is of one process until it is put down, with others, a moment later.
            until_here([place for place, source in turns[1] if source.stat().st_size])
        size = sum(source.stat().st_size for _, source in sources)
        assert pair.line.received - came < size * OVERHEAD + 3_000 * len(sources)
        assert all_right(read_together(shown, 21))


def test_a_great_many_files_are_open_at_once(pair: Pair, *, full: bool) -> None:
    """Each of its own, and each of a file of elsewhere that is here and of one that is not, by turns."""
    count = 10_000 if full else 500
    sources = [each for each in pair.plant("open", 20, most=60_000) if each[1].stat().st_size > 1]
    with pair.mounted() as tree:
        shown = pair.wait_for(tree, sources)
        code = (
            "import json, os, resource, sys\n"
            f"resource.setrlimit(resource.RLIMIT_NOFILE, ({count} + 100, {count} + 100))\n"
            "pairs = json.load(sys.stdin)\n"
            f"turns = [pairs[n % len(pairs)] for n in range({count})]\n"
            "opened = [(os.open(shown, os.O_RDONLY), source) for shown, source in turns]\n"
            "for handle, source in opened:\n"
            "    found, real = os.pread(handle, 5_000, 1), open(source, 'rb').read()[1:5_001]\n"
            "    assert found == real, source\n"
            "    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)\n"
            "print(len(opened))\n"
        )
        given = json.dumps([(str(place), str(source)) for place, source in shown])
        ran = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            input=given, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        assert ran.stdout == f"{count}\n", ran.stderr
        pair.laptop.until(lambda: _open_files(tree) < 10, "their end")


def test_who_reads_while_it_is_unmounted_gets_right_bytes_or_is_cut_off(pair: Pair) -> None:
    sources = pair.plant("unmounted", 40)
    with pair.mounted() as tree:
        shown, found, over = pair.wait_for(tree, sources), Counter[str](), threading.Event()

        def read() -> None:
            seed = 0
            while not over.is_set():
                found.update(read_together(shown, seed, ENDED | _NOT_MOUNTED))
                seed += 1

        reader = threading.Thread(target=read)
        reader.start()
        try:
            pair.laptop.until(lambda: found[RIGHT] > len(shown), "some reads")
            told = pair.laptop.run("unmount", str(tree))
            assert told.returncode == 0, told.stderr
            assert not os.path.ismount(tree)
        finally:
            over.set()
            reader.join()
        assert list(tree.iterdir()) == []
    assert found[RIGHT]
    with pair.mounted() as tree:
        assert all_right(read_together(pair.wait_for(tree, sources), 22))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM_MIB}m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"no small disk may be mounted here: {made.stderr.decode().strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], capture_output=True, check=False)


@pytest.mark.alone
@pytest.mark.parametrize("min_free", [0, MIB, 1 << 30])
def test_a_full_disk_of_the_cache_fails_no_read(pair: Pair, small_disk: Path, min_free: int, *, full: bool) -> None:
    """More than it holds, in whole files and in blocks, also while somebody else fills it up to the last byte."""
    planted = pair.plant(f"full-{min_free}", 400 if full else 100)
    sources = [each for each in planted if each[0].parts[0] == FAR]
    assert sum(source.stat().st_size for _, source in sources) > ROOM_MIB * MIB
    with pair.mounted(XDG_CACHE_HOME=str(small_disk), MOSAICFS_CACHE_MIN_FREE_BYTES=str(min_free)) as tree:
        shown = pair.wait_for(tree, sources)
        assert all_right(read_together(shown, 23))
        for place, source in shown:
            assert place.read_bytes() == source.read_bytes()
        least = min(min_free, ROOM_MIB * MIB // 2)
        pair.laptop.until(lambda: _free(small_disk) >= least, "The room that is to stay free", 30 if full else 90)
        _fill_up(small_disk / "other")
        assert all_right(read_together(shown, 24))
        (small_disk / "other").unlink()
        assert all_right(read_together(shown, 25))
        assert {xattr(place, "state") for place, _ in shown} <= {"available", "partial", "online-only", "fetching"}


_NOT_MOUNTED = {errno.ENOENT}
"""`ENOENT`: the empty folder that was mounted on."""


def _whole(path: Path) -> bytes:
    return path.read_bytes()


def _fill_up(path: Path) -> None:
    with path.open("wb", buffering=0) as out:
        for size in (1 << 16, 1 << 12):
            try:
                while out.write(bytes(size)) == size:
                    pass
            except OSError:
                continue


def _free(disk: Path) -> int:
    """The index keeps no account of itself, and its log may be as large as half of so small a disk."""
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize + sum(file.stat().st_size for file in disk.rglob("index.db*"))


def _open_files(tree: Path) -> int:
    status = json.loads((tree / ".mosaic/status.json").read_text())
    return int(status["mount"]["open_files"])
