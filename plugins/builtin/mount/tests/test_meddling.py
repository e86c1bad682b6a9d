"""A real mount over files that somebody meddles with, and readers who ask for odd things: bytes or a number, always."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from plugins.builtin.mount.tests.test_mounted import HAS_FUSE, SOON_S, Machine, until

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not HAS_FUSE, reason="this machine has no FUSE: /dev/fuse and fusermount3 are needed"),
]

SIZE = 300_000
CONTENT = bytes(range(256)) * (SIZE // 256)
NAMES = ("gone", "shorter", "longer", "folder", "link", "outside")
HONEST = {errno.ENOENT, errno.EACCES, errno.EIO, errno.ESTALE, errno.EISDIR, errno.EHOSTUNREACH}


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("x"))
    for name in NAMES:
        (machine.files / name).write_bytes(CONTENT)
    try:
        machine.up()
        yield machine
    finally:
        machine.clean_up()


@contextmanager
def opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY)
    try:
        yield handle
    finally:
        with suppress(OSError):
            os.close(handle)


def answer(handle: int, offset: int, length: int = 4_096) -> bytes | int:
    """What is read, not of the pages that the system has; or the number of the refusal."""
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    try:
        return os.pread(handle, length, offset)
    except OSError as refused:
        return refused.errno or 0


def test_a_file_that_changes_under_its_readers_is_that_file_or_an_error(machine: Machine) -> None:
    files, shown = machine.files, machine.shown
    with (
        opened(shown / "gone") as gone,
        opened(shown / "shorter") as shorter,
        opened(shown / "longer") as longer,
        opened(shown / "folder") as folder,
    ):
        for handle in (gone, shorter, longer, folder):
            assert answer(handle, 0) == CONTENT[:4_096]
        (files / "gone").unlink()
        os.truncate(files / "shorter", 1_000)
        with (files / "longer").open("ab") as out:
            out.write(b"more")
        (files / "folder").unlink()
        (files / "folder").mkdir()
        (files / "folder" / "inner").write_text("inner")

        assert answer(gone, 8_192) == CONTENT[8_192:12_288], "whoever has it open goes on, as with the file itself"
        assert answer(folder, 8_192) == CONTENT[8_192:12_288]
        until(lambda: answer(shorter, 0) == CONTENT[:1_000], "the shorter one", SOON_S)
        assert answer(shorter, 2_000) in (b"", *HONEST)
        until(lambda: answer(longer, SIZE // 256 * 256) == b"more", "what was added", SOON_S)

    until(lambda: not (shown / "gone").exists(), "the end of the file", SOON_S)
    until((shown / "folder").is_dir, "the folder", SOON_S)
    assert (shown / "folder" / "inner").read_text() == "inner"
    assert (shown / "shorter").read_bytes() == CONTENT[:1_000]
    assert (shown / "longer").read_bytes() == CONTENT + b"more"


def test_a_link_in_the_place_of_a_file_leads_nowhere_else(machine: Machine, tmp_path: Path) -> None:
    """One that stays in the watched folder is followed; of what lies outside nobody gets a byte."""
    secret, other = tmp_path / "secret", machine.files / "longer"
    secret.write_text("not for the tree")
    other.write_text("of the tree")
    for name, target in (("link", other), ("outside", secret)):
        (machine.files / name).unlink()
        (machine.files / name).symlink_to(target)
    found = _read(machine.shown / "link")
    assert found == b"of the tree" or found in HONEST
    assert _read(machine.shown / "outside") in HONEST


def _read(path: Path) -> bytes | int:
    try:
        return path.read_bytes()
    except OSError as refused:
        return refused.errno or 0


def test_reads_past_the_end_give_what_there_is(machine: Machine) -> None:
    size = len(CONTENT)
    with opened(machine.shown / "longer") as handle:
        assert [answer(handle, offset) for offset in (size, size + 1, 1 << 40)] == [b"", b"", b""]
        assert answer(handle, size - 10, 1 << 20) == CONTENT[-10:]
        assert answer(handle, 0, 4 << 20) == CONTENT
        assert answer(handle, (1 << 63) - 4_096) in (b"", errno.EINVAL, errno.EOVERFLOW)
        assert os.lseek(handle, 0, os.SEEK_END) == size


def test_a_name_that_no_system_takes_is_refused_by_number(machine: Machine) -> None:
    shown = machine.shown
    for name in ("nobody", "..2", "new\nline", "\udcff"):
        with pytest.raises(FileNotFoundError):
            (shown / name).stat()
    for name in ("n" * 256, "ä" * 200, "n" * 2_000):
        assert _read(shown / name) in (errno.ENOENT, errno.ENAMETOOLONG)


def test_who_has_files_open_when_it_is_killed_is_told_and_may_open_them_again(machine: Machine) -> None:
    shown, killed = machine.shown, machine.pid("mount")
    with opened(shown / "longer") as one, opened(shown / "shorter") as other:
        assert answer(one, 0) == answer(other, 0) == CONTENT[:4_096]
        os.kill(killed, signal.SIGKILL)
        until(lambda: machine.pid("mount") not in (0, killed), "the new mount")
        # What the kernel reads by itself it goes on reading: those are the bytes of the file all the same.
        for handle in (one, other):
            assert answer(handle, 200_000) in (CONTENT[200_000:204_096], errno.ENOTCONN, errno.ECONNABORTED)
        until(lambda: _read(shown / "longer") == CONTENT, "the tree")
        with opened(shown / "shorter") as again:
            assert answer(again, 200_000) == CONTENT[200_000:204_096]
