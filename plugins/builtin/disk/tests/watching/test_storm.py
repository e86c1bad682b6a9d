"""When a storm begins and ends, and how often its roots are crawled."""

from __future__ import annotations

from mosaicfs_disk.watching.storm import Storm, Turn

ROOT = b"/r"


def blown(storm: Storm, second: int, seconds: int, events: int = 2_000) -> list[Turn]:
    """A turn in each second, with so many events before it; only those that say something."""
    turns = []
    for now in range(second, second + seconds):
        storm.counted(events, now)
        if storm.raging:
            storm.hit(ROOT)
        turns.append(storm.turn(now + 0.5))
    return [turn for turn in turns if turn != Turn()]


def test_it_begins_after_five_loud_seconds_in_a_row() -> None:
    storm = Storm(events_per_s=1_000, seconds=5)
    assert blown(storm, 0, 4) == []
    assert blown(storm, 4, 1, events=1_000) == []
    assert blown(storm, 5, 5) == [Turn(began=True)]
    assert storm.storms == 1


def test_it_is_over_after_two_calm_seconds_and_doubts_what_it_hit() -> None:
    storm = Storm(events_per_s=1_000, seconds=5)
    blown(storm, 0, 8)
    assert storm.turn(9.5) == Turn()
    assert storm.turn(10.1) == Turn(ended=True, doubtful=(ROOT,))
    assert not storm.raging
    assert storm.deadline(11.0) is None


def test_one_that_goes_on_is_crawled_once_in_five_minutes() -> None:
    storm = Storm(events_per_s=1_000, seconds=5)
    crawls = [turn for turn in blown(storm, 0, 600) if turn.doubtful]
    assert 2 <= len(crawls) <= 3
    assert storm.storms > 5


def test_it_asks_for_turns_while_it_rages() -> None:
    storm = Storm(events_per_s=1_000, seconds=5)
    assert storm.deadline(0.0) is None
    blown(storm, 0, 6)
    assert storm.deadline(5.5) == 6.0


def test_the_rate_is_the_mean_of_ten_seconds() -> None:
    storm = Storm(events_per_s=1_000, seconds=5)
    storm.counted(50, 3.2)
    assert storm.events_per_s(8.0) == 5.0
    assert storm.events_per_s(80.0) == 0.0
