"""Events over a real file: numbered, kept, forgotten, and the same for whoever asks for them again."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from mosaicfs.errors import StoreFullError
from mosaicfs_control.events.event import Happening
from mosaicfs_control.events.event_file import EventFile
from mosaicfs_control.events.events import AT_HAND, KEPT_S, Events, open_events


async def caught_up(events: Events, number: int) -> None:
    with trio.fail_after(10):
        await events.wait_beyond(number - 1)


async def test_numbers_only_grow_also_over_a_restart(tmp_path: Path) -> None:
    async with open_events(tmp_path) as events:
        assert events.extent == (1, 0)
        assert [events.publish("activity", {"n": n}) for n in range(3)] == [1, 2, 3]
    async with open_events(tmp_path) as events:
        assert events.extent == (1, 3)
        assert events.publish("activity", {}) == 4


async def test_after_a_gap_no_number_from_before_is_kept_and_none_is_given_again(tmp_path: Path) -> None:
    seen = []
    for _ in range(3):
        async with open_events(tmp_path) as events:
            before = events.extent.last
            await events.leave_gap()
            assert await events.position() == ""
            assert not any(events.is_kept(number) for number in (0, before))
            assert events.is_kept(events.extent.last)
            seen.append(events.extent.last)
    async with open_events(tmp_path) as events:
        events.publish_all([Happening("activity", {})], "store 7")
        await events.write_due()
        assert events.extent == (events.extent.last, seen[-1] + 1)
    assert seen == sorted(set(seen))


async def test_nothing_is_seen_that_a_crash_could_take_back(tmp_path: Path) -> None:
    async with open_events(tmp_path) as events:
        events.publish("activity", {})
        assert events.extent.last == 0
        assert (await events.read(0, (), None, 10)).events == []
        await caught_up(events, 1)
        assert [event.id for event in (await events.read(0, (), None, 10)).events] == [1]


class Question(NamedTuple):
    since: int
    kinds: frozenset[str]
    node_id: str | None
    limit: int


KINDS = ("activity", "job.changed")
NODES = ("node-a", None, "node-b")

questions = st.builds(
    Question,
    st.integers(0, AT_HAND + 300),
    st.frozensets(st.sampled_from(KINDS)),
    st.sampled_from([None, "node-a"]),
    st.integers(1, 700),
)


def _is_asked(number: int, asked: Question) -> bool:
    kind, node_id = KINDS[(number - 1) % 2], NODES[(number - 1) % 3]
    return (not asked.kinds or kind in asked.kinds) and asked.node_id in (None, node_id)


@settings(max_examples=20, deadline=None)
@given(count=st.integers(0, AT_HAND + 300), asked=questions)
def test_a_replay_is_exactly_what_came_after(
    tmp_path_factory: pytest.TempPathFactory, count: int, asked: Question
) -> None:
    async def run() -> None:
        async with open_events(tmp_path_factory.mktemp("state")) as events:
            for n in range(count):
                events.publish(KINDS[n % 2], {}, NODES[n % 3])
            if count:
                await caught_up(events, count)
            found: list[int] = []
            reached = since = min(asked.since, count)
            while reached < count:
                seen = await events.read(reached, asked.kinds, asked.node_id, asked.limit)
                assert seen.reached > reached
                found += [event.id for event in seen.events]
                reached = seen.reached
            assert found == [number for number in range(since + 1, count + 1) if _is_asked(number, asked)]

    trio.run(run)


async def test_what_is_older_than_a_day_or_too_many_is_forgotten(tmp_path: Path) -> None:
    now = [1_000_000_000.0]
    async with open_events(tmp_path, lambda: now[0]) as events:
        events.publish("activity", {})
        await caught_up(events, 1)
        now[0] += 10
        for _ in range(5):
            events.publish("activity", {})
    now[0] += KEPT_S - 5
    async with open_events(tmp_path, lambda: now[0]) as events:
        assert events.extent == (2, 6)
        assert [events.is_kept(number) for number in (0, 1, 6, 7)] == [False, True, True, False]
    async with open_events(tmp_path, lambda: now[0], most_kept=2) as events:
        assert events.extent == (5, 6)
    now[0] += 10
    async with open_events(tmp_path, lambda: now[0]) as events:
        assert events.extent == (7, 6)
        assert events.is_kept(6)
        assert events.publish("activity", {}) == 7


async def test_the_place_in_the_feed_is_kept_with_what_was_told_of_it(tmp_path: Path) -> None:
    async with open_events(tmp_path) as events:
        assert await events.position() == ""
        events.publish_all([Happening("activity", {})], "7-x")
    async with open_events(tmp_path) as events:
        assert (await events.position(), events.extent.last) == ("7-x", 1)


@pytest.mark.allow_log("events_not_kept")
async def test_a_full_disk_keeps_nobody_from_hearing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_events(tmp_path) as events:

        async def full(self: EventFile, *args: object) -> None:
            raise StoreFullError(tmp_path)

        monkeypatch.setattr(EventFile, "add", full)
        events.publish("activity", {})
        await caught_up(events, 1)
        assert [event.id for event in (await events.read(0, (), None, 10)).events] == [1]
