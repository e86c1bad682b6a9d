"""What an observation, an end and an acknowledgement make of a notification, in every order."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from mosaicfs.model.notification import Notification, Reporter, Severity
from mosaicfs.model.times import instant, time_text
from mosaicfs.services.condition_life import Observation, cleared, observed, status_of

SOURCE = Reporter(node_id="node-attic", component="crawler")
KEY = "large_local_deletion:/srv/media"
WARNING = Observation("warning", "Many files are gone", "300 of 1,000 are missing.")
ERROR = WARNING._replace(severity="error")


def at(minutes: int) -> str:
    return time_text(instant("2026-02-16T09:00:00Z") + minutes * 60_000_000)


def seen(before: Notification | None, minutes: int, what: Observation = WARNING) -> Notification:
    return observed(before, SOURCE, KEY, what, at(minutes))


def acknowledged(before: Notification, minutes: int) -> Notification:
    """As the control plane does it."""
    when = max(at(minutes), before.activated_at)
    changed = structs.replace(
        before, acknowledges=before.activated_at, acknowledged_at=when, acknowledged_by="owner", status="acknowledged"
    )
    return structs.replace(changed, status=status_of(changed))


def over(before: Notification, minutes: int) -> Notification:
    after = cleared(before, at(minutes))
    assert after
    return after


def test_the_first_observation_begins_everything() -> None:
    noun = seen(None, 0)
    assert (noun.status, noun.occurrence_count) == ("active", 1)
    assert {noun.first_seen, noun.last_seen, noun.activated_at} == {at(0)}


def test_a_condition_that_goes_on_keeps_its_beginning_and_its_acknowledgement() -> None:
    noun = seen(acknowledged(seen(None, 0), 1), 5, WARNING._replace(times=9, message="now 400"))
    assert (noun.status, noun.occurrence_count, noun.message) == ("acknowledged", 10, "now 400")
    assert (noun.activated_at, noun.last_seen) == (at(0), at(5))


def test_one_that_was_gone_and_returns_is_active_whoever_had_acknowledged_it() -> None:
    noun = seen(over(acknowledged(seen(None, 0), 1), 2), 3)
    assert (noun.status, noun.activated_at, noun.first_seen) == ("active", at(3), at(0))
    assert (noun.resolved_at, noun.acknowledges, noun.acknowledged_at, noun.acknowledged_by) == (None,) * 4


def test_a_graver_one_asks_for_attention_again() -> None:
    assert seen(seen(None, 0), 1, ERROR).severity == "error"
    noun = seen(acknowledged(seen(None, 0), 1), 2, ERROR)
    assert (noun.status, noun.severity, noun.activated_at) == ("active", "error", at(2))


def test_a_less_grave_one_waits_for_a_new_episode() -> None:
    first = seen(None, 0, ERROR)
    assert seen(first, 1).severity == "error"
    assert seen(over(first, 1), 2).severity == "warning"


def test_the_end_of_what_never_held_is_nothing() -> None:
    assert cleared(None, at(0)) is None
    assert cleared(over(seen(None, 0), 1), at(2)) is None


def test_a_clock_that_was_set_back_does_not_turn_times_around() -> None:
    gone = over(seen(None, 60), 30)
    assert gone.resolved_at == at(60)
    again = seen(gone, 0)
    assert again.activated_at > at(60)
    assert again.last_seen >= again.activated_at


@dataclass(frozen=True)
class Step:
    kind: str
    minutes: int


steps = st.lists(
    st.builds(Step, st.sampled_from(["warning", "error", "clear", "ack"]), st.integers(0, 120)), max_size=12
)


@given(steps)
def test_whatever_happens_the_times_stay_in_order_and_the_status_is_true(happened: list[Step]) -> None:
    noun: Notification | None = None
    episodes: list[str] = []
    observations = 0
    for step in happened:
        if step.kind in ("warning", "error"):
            noun = seen(noun, step.minutes, ERROR if step.kind == "error" else WARNING)
            observations += 1
        elif noun is not None and step.kind == "clear":
            noun = cleared(noun, at(step.minutes)) or noun
        elif noun is not None and noun.status == "active":
            noun = acknowledged(noun, step.minutes)
        if noun is None:
            continue
        if not episodes or episodes[-1] != noun.activated_at:
            episodes.append(noun.activated_at)
        assert noun.status == status_of(noun)
        assert noun.occurrence_count == observations
        assert noun.resolved_at is None or noun.resolved_at >= noun.activated_at
    assert all(earlier < later for earlier, later in pairwise(episodes))


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [("info", "warning", "warning"), ("error", "warning", "error"), ("info", "info", "info")],
)
def test_two_in_a_row_are_as_grave_as_the_graver(first: Severity, second: Severity, both: Severity) -> None:
    row = WARNING._replace(severity=first).followed_by(WARNING._replace(severity=second, message="later"))
    assert (row.severity, row.times, row.message) == (both, 2, "later")
