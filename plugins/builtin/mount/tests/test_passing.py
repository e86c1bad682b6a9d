"""Files of this machine that the kernel reads by itself, once it was handed them: root's mount on a kernel that can."""

from __future__ import annotations

import mmap
import os
import platform
from collections.abc import Iterator

import pytest

from plugins.builtin.mount.tests.test_mounted import HAS_FUSE, SOON_S, Machine, is_mounted, until

KERNEL = tuple(int(part) for part in platform.release().split(".")[:2])
SIZE = 600_000
OLD, NEW = (letter * SIZE for letter in (b"a", b"b"))

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not HAS_FUSE, reason="this machine has no FUSE: /dev/fuse and fusermount3 are needed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may hand files to the kernel"),
    pytest.mark.skipif(KERNEL < (6, 9), reason="this kernel does not read files by itself"),
]


@pytest.fixture(params=["passed", "asked"])
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """In both ways of reading the same must be seen."""
    machine = Machine(tmp_path_factory.mktemp("p"))
    machine.environment["MOSAICFS_MOUNT_OPTIONS"] = "" if request.param == "passed" else "no_passthrough"
    (machine.files / "report").write_bytes(OLD)
    (machine.files / "other").write_bytes(NEW)
    try:
        machine.up()
        yield machine
    finally:
        machine.clean_up()


def is_passed(machine: Machine) -> bool:
    return not machine.environment["MOSAICFS_MOUNT_OPTIONS"]


def read(path: str | os.PathLike[str]) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - what is opened may be a number
        return file.read()


def test_a_file_that_is_replaced_is_new_to_who_opens_it_and_old_to_who_has_it(machine: Machine) -> None:
    shown = machine.shown
    with (shown / "report").open("rb", buffering=0) as before:
        assert before.read(100) == OLD[:100]
        (machine.files / "new").write_bytes(NEW)
        (machine.files / "new").rename(machine.files / "report")
        until(lambda: read(shown / "report") == NEW, "the new one", SOON_S)
        if is_passed(machine):
            assert os.pread(before.fileno(), SIZE, 0) == OLD, "as with the file itself"
        with (shown / "report").open("rb", buffering=0) as again:
            assert again.read(100) == NEW[:100]
    assert read(shown / "report") == NEW


def test_at_the_very_moment_of_a_replacement_nobody_reads_both(machine: Machine) -> None:
    """Who opens it before anything was noticed gets one of the two, whole."""
    shown = machine.shown
    held = [(shown / "report").open("rb", buffering=0)]
    try:
        for number in range(20):
            content = (b"%03d " % number) * (SIZE // 4)
            (machine.files / "next").write_bytes(content)
            (machine.files / "next").rename(machine.files / "report")
            found = read(shown / "report")
            assert len({found[i : i + 4] for i in range(0, SIZE, 4)}) == 1, number
            if number % 4 == 0:
                held.append((shown / "report").open("rb", buffering=0))
        until(lambda: read(shown / "report") == content, "the last one", SOON_S)
    finally:
        for each in held:
            each.close()


def test_many_have_it_open_and_map_it(machine: Machine) -> None:
    handles = [os.open(machine.shown / "report", os.O_RDONLY) for _ in range(50)]
    try:
        with mmap.mmap(handles[0], 0, prot=mmap.PROT_READ) as mapped:
            assert mapped[:] == OLD
        assert all(os.pread(handle, 10, SIZE - 5) == OLD[:5] for handle in handles)
        assert os.pread(handles[0], 10, SIZE) == b""
    finally:
        for handle in handles:
            os.close(handle)


def test_who_has_it_when_the_mount_ends_goes_on(machine: Machine) -> None:
    if not is_passed(machine):
        pytest.skip("who has to ask is cut off: test_mounted.py")
    with (machine.shown / "report").open("rb", buffering=0) as file:
        assert file.read(10) == OLD[:10]
        machine.down()
        assert not is_mounted(machine.tree)
        assert os.pread(file.fileno(), SIZE, 0) == OLD
