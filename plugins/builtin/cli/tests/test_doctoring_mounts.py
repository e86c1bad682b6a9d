"""A mount whose process was killed: the doctor names it, and takes it away."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from shutil import which

import pytest

from mosaicfs_cli.mounted import mount_at

HAS_FUSE = Path("/dev/fuse").exists() and which("fusermount3") is not None
pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not HAS_FUSE, reason="this machine has no FUSE: /dev/fuse and fusermount3 are needed"),
]

Process = subprocess.Popen[str]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., AbstractContextManager[Process]]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "tree"
    place.mkdir()
    yield place
    if mount_at(place) is not None:
        subprocess.run(["fusermount3", "-u", "-z", str(place)], capture_output=True, check=False)


def test_a_dead_mount_is_named_and_taken_away(running: Start, mosaicfs: Run, place: Path) -> None:
    with running("mount", str(place), "--foreground", "--json") as process:
        assert process.stdout
        for line in process.stdout:
            if json.loads(line)["event"] == "ready":
                break
        assert checked(mosaicfs("doctor", "--json"), place) == ("ok", "")
        process.kill()
        process.wait()
    assert checked(mosaicfs("doctor", "--json"), place) == ("fail", f"mosaicfs unmount {place}")
    mosaicfs("doctor", "--fix")
    assert mount_at(place) is None


def checked(done: "subprocess.CompletedProcess[str]", place: Path) -> tuple[str, str]:
    """How that mount is, and what to do."""
    checks = json.loads(done.stdout)["checks"]
    return next((each["status"], each["fix"]) for each in checks if each["title"] == f"mount {place}")
