"""An open file: exact to its end, and let go without harm to a read that runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
import trio

from mosaicfs.errors import EntryChangedError, EntryUnreadableError, TimedOutError
from mosaicfs.local_files import reading
from mosaicfs.local_files.reading import OpenFile
from mosaicfs.local_files.slow_calls import SlowCalls


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Reads wait for it."""
    gate, exactly = Event(), reading._exactly

    def waiting(descriptor: int, offset: int, size: int) -> bytes | None:
        assert gate.wait(20)
        return exactly(descriptor, offset, size)

    monkeypatch.setattr(reading, "_exactly", waiting)
    yield gate
    gate.set()


def opened(path: Path, calls: SlowCalls | None = None) -> OpenFile:
    return OpenFile(os.open(path, os.O_RDONLY), "file::1", calls)


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    return path


@pytest.mark.parametrize("slow", [False, True])
async def test_what_is_added_is_not_read_and_what_is_cut_off_is_an_error(path: Path, slow: bool) -> None:
    file = opened(path, SlowCalls() if slow else None)
    with path.open("ab") as more:
        more.write(b"more")
    assert await file.read(90, 100) == b"x" * 10
    os.truncate(path, 50)
    with pytest.raises(EntryChangedError):
        await file.read(40, 20)
    assert (file.size, file.facts.st_size) == (100, 50)
    file.close()
    with pytest.raises(EntryUnreadableError, match="it was closed"):
        await file.read(0, 1)


async def test_a_read_that_runs_keeps_its_descriptor(path: Path, gate: Event) -> None:
    """Were it closed, its number could be another file's by the time the thread reads."""
    file, found = opened(path, SlowCalls()), list[bytes]()
    descriptor = file.fd()

    async def read() -> None:
        found.append(await file.read(0, 100))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        while not file._reading:  # noqa: ASYNC110 - a thread is waited for
            await trio.sleep(0.001)
        file.close()
        assert is_open(descriptor)
        gate.set()
    assert found == [b"x" * 100]
    with trio.fail_after(10):
        while is_open(descriptor):  # noqa: ASYNC110 - a thread is waited for
            await trio.sleep(0.001)


async def test_a_read_that_hangs_ends_for_whoever_waits(
    path: Path, gate: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "READ_S", 0.02)
    file = opened(path, SlowCalls())
    descriptor = file.fd()
    with pytest.raises(TimedOutError):
        await file.read(0, 1)
    file.close()
    assert is_open(descriptor)
    gate.set()
    with trio.fail_after(10):
        while is_open(descriptor):  # noqa: ASYNC110 - a thread is waited for
            await trio.sleep(0.001)
