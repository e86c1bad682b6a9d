"""What a channel is told of a condition, whatever happens in whichever order."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from kernel.tests.services.delivering.conditions import acknowledged, ended, holding
from mosaicfs.model.channel import ChannelOptions
from mosaicfs.model.condition import GRAVITY
from mosaicfs.model.notification import Notification, Severity
from mosaicfs.model.times import instant
from mosaicfs.services.delivering.transitions import HOUR_S, Due, Entered, Episode, due

BEGAN = 1_000_000.0
RULES = ChannelOptions()


def told(
    transition: str, at: float, severity: Severity = "warning", began: float = BEGAN, *, returns: bool = False
) -> Entered:
    return Entered(int(began * 1e6), transition, severity, 0, at, returns)  # type: ignore[arg-type]


def asked(
    noun: Notification,
    now: float,
    *entered: Entered,
    options: ChannelOptions = RULES,
    since: float = 0.0,
    seen: float = BEGAN,
) -> list[str]:
    episode = Episode(noun, True, entered, seen, since)
    return [each.transition for each in due(episode, options, now)]


def test_a_warning_is_told_when_it_has_lasted_for_the_grace() -> None:
    assert asked(holding(began=BEGAN), BEGAN + 29) == []
    assert asked(holding(began=BEGAN), BEGAN + 30) == ["raised"]


def test_an_error_is_told_at_once() -> None:
    assert asked(holding(severity="error", began=BEGAN), BEGAN) == ["raised"]


def test_a_warning_that_ends_within_the_grace_is_never_told() -> None:
    assert asked(ended(holding(began=BEGAN), BEGAN + 20), BEGAN + 60) == []


def test_what_was_over_before_it_could_be_told_is_told_with_its_end() -> None:
    assert asked(ended(holding(began=BEGAN), BEGAN + 600), BEGAN + 700) == ["raised", "resolved"]
    brief = ended(holding(severity="error", began=BEGAN), BEGAN + 1)
    assert asked(brief, BEGAN + 700) == ["raised", "resolved"]


def test_old_news_are_told_only_while_they_hold() -> None:
    day_later = BEGAN + 25 * HOUR_S
    assert asked(holding(began=BEGAN), day_later, seen=day_later) == ["raised"]
    assert asked(ended(holding(began=BEGAN), BEGAN + 600), day_later, seen=day_later) == []


def test_what_ended_before_there_was_a_channel_is_not_told() -> None:
    over = ended(holding(severity="error", began=BEGAN), BEGAN + 600)
    assert asked(over, BEGAN + 700, since=BEGAN + 650) == []


def test_an_acknowledgement_is_not_told_and_ends_reminders() -> None:
    reminding = ChannelOptions(remind_after_h=2)
    raised = told("raised", BEGAN + 30)
    assert asked(acknowledged(holding(began=BEGAN), BEGAN + 40), BEGAN + 60) == []
    assert asked(holding(began=BEGAN), BEGAN + 30 + 2 * HOUR_S, raised, options=reminding) == ["reminder"]
    seen = acknowledged(holding(began=BEGAN), BEGAN + 40)
    assert asked(seen, BEGAN + 30 + 2 * HOUR_S, raised, options=reminding) == []


def test_reminders_come_again_and_again() -> None:
    reminding = ChannelOptions(remind_after_h=1)
    first = told("raised", BEGAN)
    second = told("reminder", BEGAN + HOUR_S)._replace(nth=1)
    assert asked(holding(began=BEGAN), BEGAN + 1.5 * HOUR_S, first, second, options=reminding) == []
    episode = Episode(holding(began=BEGAN), True, (first, second), BEGAN, 0)
    assert due(episode, reminding, BEGAN + 2 * HOUR_S) == [Due("reminder", "warning", 2)]


def test_what_gets_graver_is_told_as_graver_once() -> None:
    graver = holding(severity="error", began=BEGAN)
    assert asked(graver, BEGAN + 60, told("raised", BEGAN + 30)) == ["escalated"]
    both = (told("raised", BEGAN + 30), told("escalated", BEGAN + 60, "error"))
    assert asked(graver, BEGAN + 90, *both) == []


def test_the_end_is_told_unless_the_owner_does_not_want_it() -> None:
    over, raised = ended(holding(began=BEGAN), BEGAN + 600), told("raised", BEGAN + 30)
    assert asked(over, BEGAN + 601, raised) == ["resolved"]
    assert asked(over, BEGAN + 601, raised, options=ChannelOptions(send_resolved=False)) == []


def test_the_fourth_episode_within_an_hour_is_the_last_that_is_told_for_an_hour() -> None:
    before = [told("raised", BEGAN + n * 60, began=BEGAN + n * 60) for n in range(3)]
    fourth = holding(severity="error", began=BEGAN + 180)
    assert due(Episode(fourth, True, before, BEGAN + 180, 0), RULES, BEGAN + 180) == [Due("raised", "error", 0, True)]
    silent = [*before, told("raised", BEGAN + 180, "error", BEGAN + 180, returns=True)]
    fifth = holding(severity="error", began=BEGAN + 240)
    assert due(Episode(fifth, True, silent, BEGAN + 240, 0), RULES, BEGAN + 240) == []
    assert due(Episode(fifth, True, silent, BEGAN + 240, 0), RULES, BEGAN + 180 + HOUR_S) == [Due("raised", "error")]


class Happening(NamedTuple):
    what: str
    after_s: int


@given(
    st.lists(
        st.builds(Happening, st.sampled_from(["begin", "end", "worse", "acknowledge", "look"]), st.integers(0, 900)),
        max_size=30,
    )
)
def test_in_every_history_each_transition_is_told_once_and_in_order(history: list[Happening]) -> None:
    now, noun, entered = BEGAN, ended(holding(began=BEGAN), BEGAN), list[Entered]()
    seen: dict[str, float] = {}
    for what, after_s in history:
        now += after_s + 1
        noun = happened(noun, what, now)
        episode = Episode(noun, True, entered, seen.setdefault(noun.activated_at, now), BEGAN)
        for each in due(episode, RULES, now):
            entered.append(Entered(episode.began, each.transition, each.severity, each.nth, now, each.returns))
        again = Episode(noun, True, entered, seen[noun.activated_at], BEGAN)
        assert due(again, RULES, now) == []
    keys = [(each.activated_at, each.transition, each.severity, each.nth) for each in entered]
    assert len(keys) == len(set(keys))
    for began in {each.activated_at for each in entered}:
        own = [each for each in entered if each.activated_at == began]
        assert own[0].transition == "raised"
        assert all(each.transition != "resolved" for each in own[:-1])
        graver = [GRAVITY[each.severity] for each in own if each.transition == "escalated"]
        assert graver == sorted(graver)


def happened(noun: Notification, what: str, now: float) -> Notification:
    holds = noun.status != "resolved"
    if what == "begin" and not holds:
        return holding(began=now)
    if what == "end" and holds:
        return ended(noun, now)
    if what == "worse" and noun.status == "active":
        return holding(severity="error", began=instant(noun.activated_at) / 1e6)
    if what == "acknowledge" and holds:
        return acknowledged(noun, now)
    return noun
