"""A real mount of the real program: what other programs see in it, what they may do, and how it ends.

Nothing of it is asked from the process that serves it. Every mount is gone when its test is.
"""

from __future__ import annotations

import errno
import json
import mmap
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import which
from typing import Any

import pytest

HAS_FUSE = Path("/dev/fuse").exists() and which("fusermount3") is not None

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not HAS_FUSE, reason="this machine has no FUSE: /dev/fuse and fusermount3 are needed"),
]

PROGRAM = str(Path(sys.executable).with_name("mosaicfs"))
PATIENCE_S = 30.0
SOON_S = 3.0 if os.environ.get("MOSAICFS_SOAK") == "1" else 10.0
"""The mount has a second; the rest is the watcher's and this machine's, which may be busy with other tests."""


def until(true: Callable[[], object], what: str, within_s: float = PATIENCE_S) -> float:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within_s, what
        time.sleep(0.02)
    return time.monotonic() - began


class Machine:
    """`mosaicfs up` over `files`, with the tree at `tree`; `shown` is where the files are in it."""

    def __init__(self, folder: Path) -> None:
        self.files, self.tree = folder / "files", folder / "tree"
        self.files.mkdir()
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        homes = {f"XDG_{kind.upper()}_HOME": str(folder / kind) for kind in ("state", "config", "cache", "data")}
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(runtime), **homes}
        self.lock = runtime / "mosaicfs" / "up.lock"
        self.process: subprocess.Popen[str] | None = None
        self.told: dict[str, dict[str, Any]] = {}

    def up(self) -> None:
        command = [PROGRAM, "up", str(self.files), "--json", "--no-web", "--mount-point", str(self.tree)]
        self.process = subprocess.Popen(
            [*command, "--listen", "http://127.0.0.1:0"], env=self.environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        for line in self.process.stdout:
            said = json.loads(line)
            self.told[said["event"]] = said
            if said["event"] == "indexed":
                return
        raise AssertionError("it ended before everything was indexed")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, *words], env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    def conditions(self) -> dict[str, str]:
        """What the owner is told now, as messages by condition."""
        told = json.loads(self.run("notifications", "list", "--json").stdout)
        return {each["condition_key"]: each["message"] for each in told["items"]}

    @property
    def shown(self) -> Path:
        [node] = (self.tree / "nodes").iterdir()
        return node.joinpath(*self.files.parts[1:])

    def pid(self, duty: str) -> int:
        noted = json.loads(self.lock.read_text().splitlines()[1])["duties"]
        return next((int(each["pid"]) for each in noted if each["duty"] == duty), 0)

    def down(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.communicate(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.communicate()
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()

    def clean_up(self) -> None:
        self.down()
        subprocess.run(["fusermount3", "-u", "-z", str(self.tree)], capture_output=True, check=False)


def is_mounted(path: Path) -> bool:
    return any(line.split(" ")[4] == str(path) for line in Path("/proc/self/mountinfo").read_text().splitlines())


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("m"))
    try:
        yield machine
    finally:
        machine.clean_up()


@pytest.fixture
def mounted(machine: Machine) -> Machine:
    return with_files(machine)


def with_files(machine: Machine) -> Machine:
    (machine.files / "deep/er").mkdir(parents=True)
    (machine.files / "report.txt").write_text("quarterly\n")
    (machine.files / "deep/er/naïve ä.md").write_text("é\n")
    (machine.files / "deep/big.bin").write_bytes(os.urandom(3_000_000))
    machine.up()
    return machine


def test_ordinary_programs_see_the_files_as_they_are(mounted: Machine, tmp_path: Path) -> None:
    shown, copy = mounted.shown, tmp_path / "copy"
    assert mounted.told["ready"]["mount"] == str(mounted.tree)
    for command in (
        ["diff", "-r", str(mounted.files), str(shown)],
        ["ls", "-lR", str(mounted.tree)],
        ["cp", "-a", str(shown), str(copy)],
        ["diff", "-r", str(mounted.files), str(copy)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    found = subprocess.run(["find", "-type", "f"], cwd=shown, capture_output=True, text=True, timeout=60, check=True)
    assert sorted(found.stdout.split("\n")[:-1]) == ["./deep/big.bin", "./deep/er/naïve ä.md", "./report.txt"]
    sums = [
        subprocess.run(["sha256sum", "deep/big.bin"], cwd=place, capture_output=True, timeout=60, check=True).stdout
        for place in (mounted.files, shown)
    ]
    assert sums[0] == sums[1]
    with (shown / "deep/big.bin").open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        assert mapped[1_234_567:1_300_000] == (mounted.files / "deep/big.bin").read_bytes()[1_234_567:1_300_000]
    status = json.loads((mounted.tree / ".mosaic/status.json").read_text())
    assert (status["tree"]["files"], status["mount"]["path"]) == (3, str(mounted.tree))
    assert [path.name for path in (mounted.tree / ".mosaic/search/big").iterdir()] == ["big.bin"]
    assert os.getxattr(shown / "report.txt", "user.mosaicfs.state") == b"local"
    assert os.statvfs(mounted.tree).f_namemax == 255


def test_nobody_can_write_and_every_try_is_told_the_same(mounted: Machine) -> None:
    shown, elsewhere = mounted.shown, mounted.files / "outside"
    file = shown / "report.txt"
    tries: list[Callable[[], object]] = [
        lambda: file.open("w"),
        lambda: file.open("a"),
        lambda: file.open("r+"),
        lambda: (shown / "new").open("x"),
        (shown / "new").mkdir,
        lambda: (shown / "new").symlink_to("report.txt"),
        lambda: os.link(file, shown / "new"),
        lambda: os.mkfifo(shown / "new"),
        file.unlink,
        (shown / "deep").rmdir,
        lambda: file.rename(shown / "new"),
        lambda: file.chmod(0o600),
        lambda: os.chown(file, 1, 1),
        lambda: os.utime(file, (0, 0)),
        lambda: os.truncate(file, 0),
        lambda: os.setxattr(file, "user.mine", b"1"),
        lambda: os.removexattr(file, "user.mosaicfs.id"),
    ]
    for number, attempt in enumerate(tries):
        with pytest.raises(OSError) as refused:  # noqa: PT011 - its number is looked at
            attempt()
        assert refused.value.errno == errno.EROFS, number
    with pytest.raises(OSError) as refused:  # noqa: PT011 - its number is looked at
        (mounted.files / "report.txt").rename(shown / "moved")
    assert refused.value.errno in (errno.EXDEV, errno.EROFS)
    assert not elsewhere.exists()
    assert (mounted.files / "report.txt").read_text() == "quarterly\n"


def test_a_change_on_the_disk_is_seen_at_once(mounted: Machine) -> None:
    shown, files = mounted.shown, mounted.files
    assert (shown / "report.txt").read_text() == "quarterly\n"
    assert not (shown / "new.txt").exists()
    (files / "report.txt").write_text("another text, and longer\n")
    until(lambda: (shown / "report.txt").read_text() == "another text, and longer\n", "the change", SOON_S)
    until(lambda: (shown / "report.txt").stat().st_size == 25, "its size", SOON_S)
    (files / "new.txt").write_text("new")
    until((shown / "new.txt").exists, "the new file", SOON_S)
    (files / "new.txt").rename(files / "deep/moved.txt")
    until(lambda: not (shown / "new.txt").exists() and (shown / "deep/moved.txt").exists(), "the move", SOON_S)
    (files / "deep/moved.txt").unlink()
    until(lambda: not (shown / "deep/moved.txt").exists(), "the deletion", 2 * SOON_S)
    (files / "deep/er/naïve ä.md").unlink()
    until(lambda: not (shown / "deep/er").exists(), "the empty directory", 2 * SOON_S)


@pytest.mark.patient
def test_odd_names_are_shown_and_read(machine: Machine) -> None:
    raw = os.fsencode(machine.files) + b"/odd \xff\xfe.txt"
    Path(os.fsdecode(raw)).write_text("odd\n")
    (machine.files / ("n" * 251 + ".txt")).write_text("long\n")
    (machine.files / "two\nlines.txt").write_text("never shown\n")
    machine.up()
    found = {path.name: path.read_text() for path in machine.shown.iterdir()}
    assert found == {"odd \\xFF\\xFE.txt": "odd\n", "n" * 251 + ".txt": "long\n"}


@pytest.mark.patient
def test_ten_thousand_files_are_open_at_once(mounted: Machine) -> None:
    count = 10_000
    code = (
        "import os, resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({count} + 100, {count} + 100))\n"
        f"open_ = [os.open(sys.argv[1], os.O_RDONLY) for _ in range({count})]\n"
        "assert {os.pread(each, 9, 0) for each in open_} == {b'quarterly'}\n"
        "print(len(open_))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(mounted.shown / "report.txt")], capture_output=True, text=True, check=False
    )
    assert ran.stdout == f"{count}\n", ran.stderr
    until(lambda: open_files(mounted) < 10, "their end")


def open_files(machine: Machine) -> int:
    status = json.loads((machine.tree / ".mosaic/status.json").read_text())
    return int(status["mount"]["open_files"])


def test_a_mount_that_is_killed_comes_back(mounted: Machine) -> None:
    killed = mounted.pid("mount")
    os.kill(killed, signal.SIGKILL)
    until(lambda: mounted.pid("mount") not in (0, killed) and os.path.ismount(mounted.tree), "the new mount")
    until(lambda: (mounted.shown / "report.txt").read_text() == "quarterly\n", "the tree")
    assert mounted.run("status", "--check", "--quiet").returncode == 0


def test_a_supervisor_that_is_killed_leaves_no_mount(mounted: Machine) -> None:
    assert mounted.process is not None
    mounted.process.kill()
    until(lambda: not is_mounted(mounted.tree), "the end of the mount")
    mounted.process.communicate()
    mounted.up()
    assert (mounted.shown / "report.txt").exists()


def test_who_reads_while_it_is_unmounted_is_waited_for_and_then_cut_off(machine: Machine) -> None:
    """Whose kernel has been handed the file itself is not cut off: `test_passing.py`."""
    machine.environment["MOSAICFS_MOUNT_OPTIONS"] = "no_passthrough"
    mounted = with_files(machine)
    file = os.open(mounted.shown / "deep/big.bin", os.O_RDONLY)
    try:
        assert len(os.pread(file, 1_000, 0)) == 1_000
        mounted.down()
        assert mounted.process is not None
        assert mounted.process.returncode == 0
        assert not is_mounted(mounted.tree)
        with pytest.raises(OSError, match=r"not connected|abort"):
            os.pread(file, 1_000, 2_900_000)
    finally:
        with suppress(OSError):
            os.close(file)
    assert list(mounted.tree.iterdir()) == []


def test_one_is_mounted_and_unmounted_by_hand_beside_the_agent(mounted: Machine, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    done = mounted.run("mount", str(place), "-o", "subtree=/nodes,dir_mode=0500", "--json")
    assert done.returncode == 0, done.stderr
    try:
        told = json.loads(done.stdout)
        assert (told["path"], is_mounted(place)) == (str(place), True)
        assert [path.name for path in place.iterdir()] == [path.name for path in (mounted.tree / "nodes").iterdir()]
        assert place.stat().st_mode & 0o777 == 0o500
        again = mounted.run("mount", str(place), "--json")
        assert (again.returncode, json.loads(again.stdout)) == (0, told)
        assert mounted.run("unmount", str(place), "--json").stdout == json.dumps({"path": str(place)}) + "\n"
        assert not is_mounted(place)
        assert mounted.run("umount", str(place)).returncode == 4
    finally:
        subprocess.run(["fusermount3", "-u", "-z", str(place)], capture_output=True, check=False)
    assert is_mounted(mounted.tree)


def test_one_that_the_owner_unmounts_stays_away_and_nothing_is_wrong(mounted: Machine) -> None:
    assert mounted.run("unmount", str(mounted.tree)).returncode == 0
    until(lambda: mounted.pid("mount") == 0, "the note")
    time.sleep(1)
    assert not is_mounted(mounted.tree)
    assert mounted.run("status", "--check", "--quiet").returncode == 0


def test_a_place_that_will_not_do_is_named_and_the_rest_works(machine: Machine) -> None:
    machine.tree.mkdir()
    (machine.tree / "mine").touch()
    machine.up()
    assert machine.told["ready"]["mount"] is None
    assert machine.told["unavailable"]["what"] == "mount"
    assert "not empty" in machine.told["unavailable"]["reason"]
    assert [path.name for path in machine.tree.iterdir()] == ["mine"]
    assert machine.run("status", "--check", "--quiet").returncode == 0
    assert "is not empty" in machine.conditions()["mount_failed"]
    (machine.tree / "mine").unlink()
    assert machine.run("mount", str(machine.tree)).returncode == 0
    until(lambda: "mount_failed" not in machine.conditions(), "the end of what was told")
    assert machine.run("unmount", str(machine.tree)).returncode == 0
