"""The mount beside the disk itself, mergerfs, bindfs and rclone mount: walking, listing and reading, first and again.

All show the same folder of this machine, each with the caches that it offers switched on, in turns. "First" is over a
fresh mount; the folder itself is warm for everybody. Peers that are not installed are left out, and said so.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

from bench import folders
from bench.harness import Comparison, Target, report
from bench.server import MOSAICFS, START_S, Api, Home

FLAT: Final = 10_000
READERS: Final = 8
BLOCK: Final = 4_096
RANDOM_READS: Final = 20_000
MOST_MEMORY_MB: Final = 150
SLOWEST_CRAWL: Final = 1_000
"""Files a second; slower is broken."""

DISK: Final = "the disk itself"
OURS: Final = "mosaicfs mount"

_MERGERFS = (
    "cache.files=auto-full,cache.entry=3600,cache.attr=3600,cache.readdir=true,cache.statfs=3600,cache.open=3600"
)
_PEERS: Mapping[str, Callable[[Path, Path], list[str]]] = {
    "mergerfs": lambda shown, at: ["mergerfs", "-f", "-o", _MERGERFS, str(shown), str(at)],
    "bindfs": lambda shown, at: [
        "bindfs", "-f", "-o", "ro,kernel_cache,entry_timeout=3600,attr_timeout=3600", str(shown), str(at)
    ],
    "rclone mount": lambda shown, at: [
        "rclone", "mount", "--read-only", "--vfs-cache-mode", "full", "--dir-cache-time", "1h", "--attr-timeout", "1h",
        "--config", "/dev/null", "--cache-dir", str(at.parent / "rclone-cache"), str(shown), str(at),
    ],
}  # fmt: skip


class Measure(NamedTuple):
    """`run` is given the root and answers seconds; the second time it is asked on one mount is "again"."""

    title: str
    run: Callable[[Path], float]
    amount: float
    unit: str
    first: Target | None = None
    again: Target | None = None


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--megabytes", type=int, default=1_024)
    parser.add_argument("--repeats", type=int, default=3)


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    try:
        shown = _planted(folder / "shown", options)
        measures = _measures(options)
        with indexed(folder / "home", shown, options.files + FLAT + 1 + READERS) as home:
            mounts: dict[str, Mount] = {DISK: lambda: _itself(shown), OURS: lambda: ours(home, folder / "ours")}
            mounts |= {
                name: _peer(name, shown, folder) for name in _PEERS if shutil.which(_PEERS[name](shown, shown)[0])
            }
            seconds, memory = _turns(mounts, measures, options.repeats)
        left_out = ", ".join(sorted(set(_PEERS) - set(mounts))) or "none"
        facts: dict[str, float | str] = {"memory of our mount, MB": memory, "peers left out": left_out}
        compared = list(_compared(seconds, measures, [name for name in mounts if name != OURS]))
        return report("mount", compared, facts) and memory < MOST_MEMORY_MB
    finally:
        shutil.rmtree(folder)


def _planted(shown: Path, options: argparse.Namespace) -> Path:
    folders.plant(shown / "tree", options.files)
    folders.fill(shown / "flat", (f"entry {number:05}.txt" for number in range(FLAT)))
    _write(shown / "large.bin", options.megabytes << 20)
    for number in range(READERS):
        _write(shown / f"part {number}.bin", (options.megabytes << 20) // READERS)
    return shown


def _write(path: Path, size: int) -> None:
    block = random.Random(1).randbytes(1 << 20)
    with path.open("wb") as out:
        for _ in range(size >> 20):
            out.write(block)


# --- what is measured ------------------------------------------------------------------------------------------------


def _measures(options: argparse.Namespace) -> list[Measure]:
    return [
        Measure("find -printf %s", _find, options.files, "files", first=Target(3, "3 times mergerfs and rclone")),
        Measure("ls -l of 10,000 entries", _list, FLAT, "entries"),
        Measure("stat of 10,000 files", _stat, FLAT, "files"),
        Measure("sequential read", _sequential, options.megabytes, "MiB"),
        Measure("random 4 KiB reads", _random, RANDOM_READS, "reads"),
        Measure(f"{READERS} readers at once", _parallel, options.megabytes, "MiB"),
    ]


def _find(root: Path) -> float:
    return _timed(["find", str(root / "tree"), "-printf", "%s\\n"])


def _list(root: Path) -> float:
    return _timed(["ls", "-l", str(root / "flat")])


def _timed(command: list[str]) -> float:
    begun = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"})
    return perf_counter() - begun


def _stat(root: Path) -> float:
    paths = [str(root / "flat" / f"entry {number:05}.txt") for number in range(FLAT)]
    begun = perf_counter()
    for path in paths:
        os.stat(path)  # noqa: PTH116 - a Path costs more than what is measured
    return perf_counter() - begun


def _sequential(root: Path) -> float:
    return _read_through(root / "large.bin")


def _read_through(path: Path) -> float:
    buffer = bytearray(1 << 20)
    begun = perf_counter()
    with path.open("rb", buffering=0) as opened:
        while opened.readinto(buffer):
            pass
    return perf_counter() - begun


def _random(root: Path) -> float:
    chance = random.Random(7)
    with (root / "large.bin").open("rb", buffering=0) as opened:
        size = os.fstat(opened.fileno()).st_size
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
        places = [chance.randrange(size // BLOCK) * BLOCK for _ in range(RANDOM_READS)]
        begun = perf_counter()
        for place in places:
            assert len(os.pread(opened.fileno(), BLOCK, place)) == BLOCK
        return perf_counter() - begun


def _parallel(root: Path) -> float:
    """Processes rather than threads, so that the readers do not wait for each other."""
    begun = perf_counter()
    readers = [
        subprocess.Popen(["dd", f"if={root / f'part {number}.bin'}", "of=/dev/null", "bs=1M", "status=none"])
        for number in range(READERS)
    ]
    assert [reader.wait() for reader in readers] == [0] * READERS
    return perf_counter() - begun


# --- mounts ----------------------------------------------------------------------------------------------------------


class Mounted(NamedTuple):
    root: Path
    pid: int = 0


Mount = Callable[[], AbstractContextManager[Mounted]]
Seconds = dict[tuple[str, str, bool], list[float]]


def _turns(mounts: Mapping[str, Mount], measures: list[Measure], repeats: int) -> tuple[Seconds, float]:
    seconds: Seconds = {}
    memory = 0.0
    for turn in range(repeats):
        names = list(mounts)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            with mounts[name]() as mounted:
                for measure in measures:
                    for is_again in (False, True):
                        took = measure.run(mounted.root)
                        seconds.setdefault((name, measure.title, is_again), []).append(took)
                if name == OURS:
                    memory = max(memory, memory_mb(mounted.pid))
    return seconds, memory


def _compared(seconds: Seconds, measures: list[Measure], peers: list[str]) -> Iterator[Comparison]:
    for measure in measures:
        for is_again in (False, True):
            ours = tuple(seconds[OURS, measure.title, is_again])
            title = f"{measure.title}, {'again' if is_again else 'first'}"
            best = min(
                (name for name in peers if name != DISK), key=lambda n: median(seconds[n, measure.title, is_again])
            )
            for peer in peers:
                target = _target(measure, peer, is_again=is_again, is_best=peer == best)
                theirs = tuple(seconds[peer, measure.title, is_again])
                yield Comparison(title, measure.unit, measure.amount, OURS, peer, ours, theirs, target)


def _target(measure: Measure, peer: str, *, is_again: bool, is_best: bool) -> Target | None:
    if measure.first is not None and not is_again:
        return measure.first if peer in {"mergerfs", "rclone mount"} else None
    if measure.title == "sequential read" and is_again and peer == DISK:
        return Target(0.6, "0.6 of the disk itself")
    is_read = measure.unit in {"MiB", "reads"}
    return Target(1, "level with the best of them") if is_best and (is_again or is_read) else None


@contextmanager
def _itself(shown: Path) -> Iterator[Mounted]:
    yield Mounted(shown)


def _peer(name: str, shown: Path, folder: Path) -> Mount:
    @contextmanager
    def mounted() -> Iterator[Mounted]:
        at = folder / name.replace(" ", "-")
        at.mkdir(exist_ok=True)
        with subprocess.Popen(_PEERS[name](shown, at), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                until_mounted(at)
                yield Mounted(at, process.pid)
            finally:
                subprocess.run(["fusermount3", "-u", "-z", str(at)], check=True)
                process.wait(START_S)

    return mounted


@contextmanager
def indexed(folder: Path, shown: Path, files: int) -> Iterator[Home]:
    home = Home(folder)
    command = [MOSAICFS, "up", "--no-mount", "--no-web", str(shown)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=home.environment, stdout=log, stderr=log)
    try:
        _until_known(home, files)
        for command in (["mkdir", "/shown"], ["mount-add", "/shown", f"*:{shown}"]):
            subprocess.run([MOSAICFS, "vfs", *command], env=home.environment, check=True, stdout=subprocess.DEVNULL)
        yield home
    finally:
        process.terminate()
        process.wait(START_S)


def _until_known(home: Home, files: int) -> None:
    until = time.monotonic() + START_S + files / SLOWEST_CRAWL
    while time.monotonic() < until:
        if home.socket.exists():
            api = Api(home.socket)
            found = api.files()
            api.close()
            if found == files:
                return
        time.sleep(0.1)
    raise AssertionError("the files are not indexed")


@contextmanager
def ours(home: Home, at: Path) -> Iterator[Mounted]:
    at.mkdir(exist_ok=True)
    command = [MOSAICFS, "mount", "--foreground", str(at)]
    with (home.folder / "mount.log").open("w") as log:
        process = subprocess.Popen(command, env=home.environment, stdout=log, stderr=log)
    try:
        until_mounted(at)
        yield Mounted(at / "shown", process.pid)
    finally:
        process.terminate()
        process.wait(START_S)
    assert not at.is_mount()


def until_mounted(at: Path) -> None:
    until = time.monotonic() + START_S
    while not at.is_mount():
        assert time.monotonic() < until, f"{at} is not mounted"
        time.sleep(0.02)


def memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
