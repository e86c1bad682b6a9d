"""Which program asks, by the table of processes of this machine."""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
from pathlib import Path
from shutil import copy, which

from mosaicfs_mount.callers import Caller, caller_of

PR_SET_NAME = 15


def test_a_thread_is_its_process_whatever_it_calls_itself() -> None:
    found: list[Caller | None] = []

    def ask() -> None:
        ctypes.CDLL(None).prctl(PR_SET_NAME, b"a thread", 0, 0, 0)
        found.append(caller_of(threading.get_native_id()))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [caller_of(os.getpid())]
    assert found[0] is not None
    assert Path(found[0].program) == Path("/proc/self/exe").resolve()


def test_a_program_is_known_by_its_name_and_its_path_also_when_it_was_deleted(tmp_path: Path) -> None:
    program = Path(copy(which("cat") or "", tmp_path / "a-name-that-is-too-long"))
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(b"it runs\n")
        assert process.stdout.readline() == b"it runs\n"
        program.unlink()
        assert caller_of(process.pid) == Caller("a-name-that-is-", str(program))
    finally:
        process.communicate()
    assert caller_of(process.pid) is None


def test_nobody_knows_who_asks_from_elsewhere(tmp_path: Path) -> None:
    assert caller_of(0) is None
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "status").write_text("nothing of a group\n")
    assert caller_of(7, tmp_path) is None


def test_what_may_not_be_seen_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "status").write_bytes(b"Name:\todd\nUmask:\t0022\nTgid:\t7\nNgid:\t0\n")
    (tmp_path / "7" / "comm").write_bytes(b"odd \xff\n")
    assert caller_of(7, tmp_path) == Caller("odd \\xff")
