"""One open stream: what it begins with, how it is silent, and how it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
import trio

from mosaicfs_control.auth.endings import Endings
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.events.event import Event
from mosaicfs_control.events.events import Events, open_events
from mosaicfs_control.events.streaming import FARTHEST_BEHIND, SILENCE_S, Asked, EventStream
from mosaicfs_control.stopping import Stopping

pytestmark = pytest.mark.patient

KEY = Principal("access_key", "MOSAICFS_7F3A9B2C1D4E5F6A", "read", "jti")


@dataclass
class Reader:
    """Takes frames apart as a browser does."""

    told: list[tuple[str, int, object]] = field(default_factory=list)
    comments: int = 0

    async def write(self, piece: bytes) -> None:
        await trio.lowlevel.checkpoint()
        if piece.startswith(b":"):
            self.comments += 1
            return
        assert piece.endswith(b"\n\n")
        names = dict(line.split(": ", 1) for line in piece.decode().strip().split("\n"))
        event = msgspec.json.decode(names["data"], type=Event)
        assert (int(names["id"]), names["event"]) == (event.id, event.type)
        self.told.append((event.type, event.id, event.data))

    @property
    def words(self) -> list[tuple[str, int]]:
        return [(word, number) for word, number, _ in self.told]


@dataclass
class Scene:
    events: Events
    nursery: trio.Nursery
    endings: Endings
    stopping: Stopping = field(default_factory=Stopping)
    ended: trio.Event = field(default_factory=trio.Event)

    async def follow(self, reader: Reader, since: int | None = None, types: frozenset[str] = frozenset()) -> None:
        async def run() -> None:
            with self.endings.watch(KEY) as ending:
                await EventStream(self.events, Asked(since, types, None), ending, self.stopping).write(reader.write)
            self.ended.set()

        self.nursery.start_soon(run)
        await self.settled()

    async def publish(self, count: int = 1, kind: str = "activity") -> None:
        numbers = [self.events.publish(kind, {"n": n}) for n in range(count)]
        with trio.fail_after(10):
            await self.events.wait_beyond(numbers[-1] - 1)
        await self.settled()

    async def settled(self) -> None:
        for _ in range(5):
            await trio.testing.wait_all_tasks_blocked(0.01)


@pytest.fixture
async def scene(tmp_path: Path, nursery: trio.Nursery) -> AsyncIterator[Scene]:
    async with open_events(tmp_path) as events:
        yield Scene(events, nursery, Endings(lambda: 1_000_000_000.0))
        nursery.cancel_scope.cancel()


async def test_a_stream_says_hello_and_then_what_happens(scene: Scene) -> None:
    await scene.publish(3)
    reader = Reader()
    await scene.follow(reader)
    assert reader.told == [("hello", 3, {"last": 3, "oldest": 1})]
    await scene.publish()
    assert reader.words[1:] == [("activity", 4)]


async def test_a_reader_that_comes_back_is_told_what_it_missed(scene: Scene) -> None:
    await scene.publish(5)
    reader = Reader()
    await scene.follow(reader, since=2)
    assert reader.words == [("hello", 2), ("activity", 3), ("activity", 4), ("activity", 5)]


@pytest.mark.parametrize("since", [9, 10_000])
async def test_a_number_that_is_not_kept_is_a_reset(scene: Scene, since: int) -> None:
    await scene.publish(3)
    reader = Reader()
    await scene.follow(reader, since=since)
    await scene.publish()
    assert reader.words == [("hello", since), ("reset", 3), ("activity", 4)]


async def test_only_what_was_asked_for_is_told(scene: Scene) -> None:
    reader = Reader()
    await scene.follow(reader, types=frozenset(("job.changed",)))
    await scene.publish(3)
    await scene.publish(1, "job.changed")
    assert reader.words == [("hello", 0), ("job.changed", 4)]


async def test_a_server_that_stops_says_so_last(scene: Scene) -> None:
    reader = Reader()
    await scene.follow(reader)
    scene.stopping.begin()
    with trio.fail_after(10):
        await scene.ended.wait()
    assert reader.words == [("hello", 0), ("shutdown", 0)]


async def test_a_reader_whose_rights_end_is_told_so_last(scene: Scene) -> None:
    reader = Reader()
    await scene.follow(reader)
    scene.endings.end_all_of(KEY.name)
    with trio.fail_after(10):
        await scene.ended.wait()
    assert reader.words == [("hello", 0), ("session.revoked", 0)]


async def test_a_reader_far_behind_is_closed_and_resumes_where_it_was(scene: Scene) -> None:
    slow = Reader()
    taken, go = trio.Event(), trio.Event()
    write = slow.write

    async def stuck(piece: bytes) -> None:
        await write(piece)
        if slow.words[-1] == ("activity", 1):
            taken.set()
            await go.wait()

    slow.write = stuck  # type: ignore[method-assign]  # the socket that nobody reads
    await scene.follow(slow)
    await scene.publish()
    await taken.wait()
    await scene.publish(FARTHEST_BEHIND + 1)
    go.set()
    with trio.fail_after(10):
        await scene.ended.wait()
    assert slow.words == [("hello", 0), ("activity", 1)]
    again = Reader()
    await scene.follow(again, since=1)
    assert again.words == [("hello", 1), *(("activity", 2 + n) for n in range(FARTHEST_BEHIND + 1))]


async def test_silence_is_broken_by_a_comment(scene: Scene, autojump_clock: trio.testing.MockClock) -> None:
    """The clock jumps where everybody sleeps; the thread of the file does not count as sleeping."""
    reader = Reader()
    await scene.follow(reader)
    before = reader.comments
    await trio.sleep(3 * SILENCE_S + 1)
    assert reader.comments - before == 3
