"""Any program opens any file of any machine in one tree: what was read is here, and what cannot be read says why."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.conftest import in_full
from tests.journeys.three_machines.house import House, Networked

pytestmark = pytest.mark.skipif(not Path("/dev/fuse").exists(), reason="there is no /dev/fuse here")

REPORT = random.Random(1).randbytes(200_000)
MIB = 1 << 20
SPARSE_MIB, SPARSE_MIB_IN_FULL = 300, 10_240
PLACES = 5
REFUSED_S, SEEN_S = (3.0, 5.0) if in_full() else (9.0, 30.0)
"""The promised times, where this machine does nothing else; otherwise less than the way takes that must not be gone:
who was there and hangs is waited for longer."""


@contextmanager
def mounted(machine: Networked) -> Iterator[Path]:
    """Its tree, in a process that is started as people start it."""
    at = machine.folder / "tree"
    at.mkdir(exist_ok=True)
    process = Path("/proc", str(machine.ask("mount", str(at))["pid"]))
    try:
        yield at
    finally:
        machine.run("unmount", str(at))
        subprocess.run(["fusermount3", "-u", "-z", str(at)], capture_output=True, check=False)
        machine.until(lambda: not process.exists(), "The end of the mount")


@pytest.fixture
def machines(house: House, *, full: bool) -> tuple[Networked, Networked]:
    """One with files, which are shown in the tree; and one that mounts it."""
    desk, attic = house.joined("desk"), house.joined("attic")
    (desk.files / "report.pdf").write_bytes(REPORT)
    (desk.files / "other.pdf").write_bytes(REPORT[::-1])
    _plant_sparse(desk.files / "film.bin", SPARSE_MIB_IN_FULL if full else SPARSE_MIB)
    (attic.files / "own.txt").write_text("of the attic")
    for machine in (desk, attic):
        machine.start("agent")
    for machine in (desk, attic):
        shown = f"/{machine.folder.name}"
        for command in (("vfs", "mkdir", shown), ("vfs", "mount-add", shown, f"{machine.node_id}:{machine.files}")):
            told = house.nas.run(*command)
            assert told.returncode == 0, told.stderr
    house.nas.until(
        lambda: house.api(f"/api/nodes/{desk.node_id}").get("transfer"), "The address at which the desk hands out files"
    )
    return desk, attic


def test_a_file_of_another_machine_is_read_once_and_kept(house: House, machines: tuple[Networked, Networked]) -> None:
    desk, attic = machines
    with mounted(attic) as tree:
        report, other = tree / "desk" / "report.pdf", tree / "desk" / "other.pdf"
        attic.until(lambda: report.exists() and (tree / "attic" / "own.txt").exists(), "The files in the mount")
        assert sorted(path.name for path in (tree / "desk").iterdir()) == ["film.bin", "other.pdf", "report.pdf"]
        assert _xattr(report, "state") == "online-only"
        assert report.read_bytes() == REPORT
        attic.until(lambda: _xattr(report, "state") == "available", "The report in the cache", SEEN_S)
        assert _xattr(report, "tier") == "cache"
        attic.until(lambda: report.stat().st_blocks > 0, "Its blocks in the mount", SEEN_S)
        assert (tree / "attic" / "own.txt").read_text() == "of the attic"

        # A change at its source is seen, and the copy of before is no more.
        (desk.files / "report.pdf").write_bytes(REPORT + b"more")
        attic.until(lambda: report.stat().st_size == len(REPORT) + 4, "The change in the mount", SEEN_S)
        assert report.read_bytes() == REPORT + b"more"

        # The machine that has them is gone: what was read is here, and the other one says what is wrong.
        desk.end("agent", signal.SIGKILL)
        assert report.read_bytes() == REPORT + b"more"
        began = time.monotonic()
        with pytest.raises(OSError, match=r"other\.pdf") as refused:
            other.read_bytes()
        assert time.monotonic() - began < REFUSED_S
        assert refused.value.errno == errno.EHOSTUNREACH
        assert _xattr(other, "reason") == "source_offline"

        # Nobody else is there at all, and then neither is the network.
        house.nas.end("server", signal.SIGKILL)
        assert _found(tree) >= 4
    if house.network.can_cut:
        house.network.set_link(attic.number, "down")
    with mounted(attic) as tree:
        assert _found(tree) >= 4
        assert (tree / "desk" / "report.pdf").read_bytes() == REPORT + b"more"


def test_of_a_large_file_only_those_parts_travel_that_are_read(
    house: House, machines: tuple[Networked, Networked]
) -> None:
    desk, attic = machines
    source = desk.files / "film.bin"
    size = source.stat().st_size
    with mounted(attic) as tree:
        film = tree / "desk" / "film.bin"
        attic.until(film.exists, "The film in the mount")
        assert (film.stat().st_size, film.stat().st_blocks) == (size, 0)
        with film.open("rb", buffering=0) as shown, source.open("rb") as real:
            for place in range(PLACES):
                offset = size * place // PLACES
                shown.seek(offset)
                real.seek(offset)
                assert shown.read(100_000) == real.read(100_000)
        attic.until(lambda: int(_xattr(film, "cached_bytes")) >= PLACES * 100_000, "Five parts in the cache", SEEN_S)
        assert int(_xattr(film, "cached_bytes")) <= PLACES * 8 * MIB
        readers = [
            subprocess.Popen(["cmp", "-n", str(20 * MIB), "-i", str(40 * MIB), str(film), str(source)])
            for _ in range(3)
        ]
        assert [reader.wait(60) for reader in readers] == [0, 0, 0]
        assert int(_xattr(film, "cached_bytes")) <= (PLACES * 8 + 20 + 40) * MIB
    assert house.status(desk) == "online"
    assert attic.defects("agent") == []


def _plant_sparse(path: Path, mebibytes: int) -> None:
    chance = random.Random(2)
    with path.open("wb") as out:
        out.truncate(mebibytes * MIB)
        for place in (*range(0, mebibytes, mebibytes // PLACES), 40, 50):
            out.seek(place * MIB)
            out.write(chance.randbytes(MIB))


def _xattr(path: Path, name: str) -> str:
    return os.getxattr(path, f"user.mosaicfs.{name}").decode()


def _found(tree: Path) -> int:
    told = subprocess.run(["find", str(tree), "-type", "f"], capture_output=True, text=True, check=True, timeout=60)
    return len(told.stdout.splitlines())
