"""Files that are there with all that was written, or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mosaicfs.whole_file import DRAFTS, write_once, write_whole


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.json"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def alone(path: Path) -> bool:
    return list(path.parent.iterdir()) == [path]


def test_it_takes_the_place_of_what_was_there(path: Path) -> None:
    path.write_bytes(b"before, and longer")
    path.chmod(0o644)
    write_whole(path, b"after")
    assert path.read_bytes() == b"after"
    assert mode(path) == 0o600
    assert alone(path)


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_its_mode_is_the_one_that_was_asked_for(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write_whole(path, b"", 0o644)
    finally:
        os.umask(before)
    assert mode(path) == 0o644


def test_what_is_written_once_stays(path: Path) -> None:
    write_once(path, b"first")
    write_once(path, b"second")
    assert path.read_bytes() == b"first"
    assert mode(path) == 0o600
    assert alone(path)


def test_of_all_that_write_once_at_once_one_is_kept(path: Path) -> None:
    texts = [str(number).encode() * 1_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: write_once(path, text), texts))
    assert path.read_bytes() in texts
    assert alone(path)


def test_of_all_that_write_at_once_one_is_the_last(path: Path) -> None:
    texts = [str(number).encode() * 1_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: write_whole(path, text), texts))
    assert path.read_bytes() in texts
    assert alone(path)


def test_what_cannot_be_put_in_place_leaves_nothing(path: Path) -> None:
    path.mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole(path, b"after")
    assert alone(path)


@pytest.mark.parametrize("last", ["os.fsync", "Path.replace"])
def test_a_kill_in_the_middle_leaves_what_was_there_and_a_draft(path: Path, last: str) -> None:
    path.write_bytes(b"before")
    script = f"""
        import os, signal, sys
        from pathlib import Path
        from mosaicfs.whole_file import write_whole
        {last} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        write_whole(Path(sys.argv[1]), b"half of what")
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"before"
    assert len(list(path.parent.glob(DRAFTS))) == 1
    write_whole(path, b"after")
    assert path.read_bytes() == b"after"
