"""What a plugin may send into, and when its time runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import trio
import trio.testing

from mosaicfs.model.crawling import Change, Listed, Reason
from mosaicfs.model.sink import FolderSink
from mosaicfs.plugin_host.timer import Timer
from mosaicfs.plugin_host.watched_sink import watched_sink

CHANGE = Change(action="delete", export_path="/docs/a")


class Plain:
    """Takes its time."""

    def __init__(self) -> None:
        self.got: list[object] = []

    async def send(self, change: Change) -> None:
        await trio.sleep(1000)
        self.got.append(change)

    def progress(self) -> None:
        self.got.append("progress")


class Folders(Plain):
    async def marks(self) -> Mapping[str, bytes]:
        await trio.sleep(1000)
        return {"/docs": b"mark"}

    async def folder(self, export_path: str, files: Sequence[Change | Listed], mark: bytes) -> None:
        await trio.sleep(1000)
        self.got.append((export_path, files, mark))

    async def no_folder(self, export_path: str, reason: Reason = "gone") -> None:
        await trio.sleep(1000)
        self.got.append(export_path)

    async def seen(self, files: int) -> None:
        await trio.sleep(1000)
        self.got.append(files)


async def test_a_sink_without_folders_is_shown_as_one() -> None:
    assert not isinstance(watched_sink(Plain(), Timer.of(10)), FolderSink)


async def test_everything_about_folders_is_passed_on_outside_the_plugins_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    into, timer = Folders(), Timer.of(10)
    sink = watched_sink(into, timer)
    assert isinstance(sink, FolderSink)
    with timer.scope:
        assert await sink.marks() == {"/docs": b"mark"}
        await sink.folder("/docs", [CHANGE], b"m")
        await sink.no_folder("/docs/x")
        await sink.seen(4)
    assert not timer.scope.cancelled_caught
    assert into.got == [("/docs", [CHANGE], b"m"), "/docs/x", 4]
    assert timer.scope.deadline == trio.current_time() + 10


async def test_the_time_stands_still_as_long_as_anything_is_taken_in(autojump_clock: trio.testing.MockClock) -> None:
    into, timer = Plain(), Timer.of(10)
    sink = watched_sink(into, timer)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sink.send, CHANGE)
        await trio.sleep(500)
        nursery.start_soon(sink.send, CHANGE)
        sink.progress()
        await trio.sleep(600)
        assert len([each for each in into.got if each == CHANGE]) == 1
        assert timer.scope.deadline == math.inf
    assert timer.scope.deadline == trio.current_time() + 10


async def test_after_a_sending_that_failed_the_time_runs_again() -> None:
    class Broken(Plain):
        async def send(self, change: Change) -> None:
            raise RuntimeError("no")

    timer = Timer.of(10)
    sink = watched_sink(Broken(), timer)
    try:
        await sink.send(CHANGE)
    except RuntimeError:
        assert timer.scope.deadline < math.inf
    else:
        raise AssertionError
