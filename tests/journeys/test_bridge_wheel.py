"""The wheel of the bridge, installed beside no more than an agent and the commands need: a bucket from there to bytes.

Between the bucket and the machine stands a line that counts what is asked for and what goes back.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

import pytest
from moto.s3.models import S3Backend, s3_backends
from moto.server import ThreadedMotoServer

from plugins.bridges.s3.tests.front import Front
from tests.journeys.conftest import in_full
from tests.journeys.machine import Machine
from tests.shape.wheels import build, install

KERNEL_AND_FACES = ("mosaicfs-kernel", "mosaicfs-cli", "mosaicfs-control", "mosaicfs-tiers", "mosaicfs-mount")
"""The kernel; the commands, and the control plane that answers them; the cache of files, and the mount."""

OBJECTS = 20_000 if in_full() else 300
LARGE_MB = 200 if in_full() else 12
THRESHOLD = {} if in_full() else {"MOSAICFS_CACHE_BLOCK_THRESHOLD_BYTES": "10485760"}
"""A smaller file is fetched wholly, whatever of it is read."""

READS = 60 if in_full() else 6
PLACES = {"s3": (), "b2": ("region=eu-central-003",)}
KEYS = {"access_key_id": "AKIATESTTESTTESTTEST", "secret_access_key": "a-secret-that-nobody-may-see"}
BLOCK = 1 << 20
PIECE = 4096


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("w")
    names = {*KERNEL_AND_FACES, "mosaicfs-bridge-s3"}
    build(folder, *sorted(names))
    return str(install(names, folder, folder / "env").with_name("mosaicfs"))


@pytest.fixture(scope="module")
def content() -> bytes:
    return Random(3).randbytes(LARGE_MB * BLOCK + 77)


@pytest.fixture
def line() -> Iterator[Front]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    front = Front(server.get_host_and_port())
    yield front
    front.close()
    server.stop()
    assert server._server is not None
    server._server.server_close()


@pytest.fixture(params=PLACES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bucket(kind: str, content: bytes) -> Iterator[str]:
    """Filled where the server keeps it: to send so many objects would take longer than all else."""
    name, service = f"wheel-{kind}", _service()
    service.create_bucket(name, "us-east-1")
    for number in range(OBJECTS - 1):
        service.put_object(name, f"{number // 100:03}/report-{number:05}.txt", b"%d" % number)
    service.put_object(name, "large.bin", content)
    yield name
    service.buckets.pop(name).keys.clear()


@pytest.fixture
def machine(tmp_path: Path, program: str) -> Iterator[Machine]:
    made = Machine(tmp_path, program=program, **THRESHOLD)
    yield made
    made.close()
    subprocess.run(["umount", "-l", tmp_path / "tree"], check=False, capture_output=True)


def test_a_bucket_is_found_shown_and_read_at_random(
    machine: Machine, kind: str, bucket: str, line: Front, content: bytes
) -> None:
    standings = {each["name"]: each["standing"] for each in machine.ask("plugins", "list")["items"]}
    assert (standings["s3"], standings["b2"]) == ("ready", "ready")
    tree = machine.folder / "tree"
    machine.up(mount=tree)
    machine.until(lambda: machine.ask("nodes", "list")["items"], "the first heartbeat")

    before = Load.of(machine)
    machine.environment["MOSAICFS_BACKEND_SECRETS"] = json.dumps(KEYS)
    secrets = [word for name in KEYS for word in ("--secret", name)]
    options = (f"bucket={bucket}", f"endpoint={line.url}", *PLACES[kind], *secrets)
    machine.ask("backends", "add", "pane", "--type", kind, *options)
    listed_s = machine.until(lambda: state(machine) == "ok", "the first listing", 600)
    _figures(kind, "listing", line, listed_s, Load.of(machine) - before)
    assert line.times("list") == -(-OBJECTS // 1000)
    assert line.times("get") == 0

    last = OBJECTS - 2
    assert machine.paths(f"report-{last:05}") == {f"/pane/{last // 100:03}/report-{last:05}.txt"}
    shown = tree / "nodes" / "pane"
    machine.until(shown.is_dir, "the bucket in the mount")
    assert sum(len(names) for _, _, names in os.walk(shown)) == OBJECTS
    assert (shown / f"{last // 100:03}" / f"report-{last:05}.txt").read_bytes() == b"%d" % last
    read_at_random(machine, kind, shown / "large.bin", line, content)
    assert machine.stop() == 0
    assert machine.left_behind() == []


def read_at_random(machine: Machine, kind: str, large: Path, line: Front, content: bytes) -> None:
    """Only the blocks that are read are fetched, each once, and with each opening the first, which tells a refusal."""
    line.mend()
    blocks = Random(5).sample(range(1, LARGE_MB), READS)
    for openings in (1, 2):
        began, before = monotonic(), Load.of(machine)
        file = os.open(large, os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_RANDOM)
        for block in blocks:
            offset = block * BLOCK + BLOCK // 4 * openings
            assert os.pread(file, PIECE, offset) == content[offset : offset + PIECE]
        os.close(file)
        _figures(kind, f"reading {openings}", line, monotonic() - began, Load.of(machine) - before)
        assert sorted(ranges(line)) == sorted((block * BLOCK, (block + 1) * BLOCK) for block in [0] * openings + blocks)
        assert line.sent["get"] == (len(blocks) + openings) * BLOCK


def ranges(line: Front) -> list[tuple[int, int]]:
    """What was asked for, as halves of an open interval."""
    asked = [headers["Range"].removeprefix("bytes=").split("-") for method, _, headers in line.asked if method == "GET"]
    return [(int(first), int(last) + 1) for first, last in asked]


def state(machine: Machine) -> str | None:
    live = machine.ask("backends", "show", "pane")["live"] or {}
    return live.get("state")


@dataclass(frozen=True)
class Load:
    """Of all processes of a machine that do its work: seconds of CPU since they began, megabytes that they hold."""

    cpu_s: float
    memory_mb: float

    @classmethod
    def of(cls, machine: Machine) -> Load:
        return sum((_load(pid) for pid in machine.processes()), cls(0, 0))

    def __add__(self, other: Load) -> Load:
        return Load(self.cpu_s + other.cpu_s, self.memory_mb + other.memory_mb)

    def __sub__(self, other: Load) -> Load:
        return Load(self.cpu_s - other.cpu_s, self.memory_mb - other.memory_mb)


def _load(pid: int) -> Load:
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return Load(sum(map(int, times)) / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


def _figures(kind: str, what: str, line: Front, took_s: float, load: Load) -> None:
    """For whoever runs it with `-s`."""
    asked = f"{line.times('list')} + {line.times('get')} requests, {sum(line.sent.values()):,} bytes"
    print(f"\n{kind} {what}: {took_s:.1f} s, {load.cpu_s:.1f} s of CPU, {load.memory_mb:+.0f} MB, {asked}")


def _service() -> S3Backend:
    made: S3Backend = s3_backends["123456789012"]["aws"]
    return made
