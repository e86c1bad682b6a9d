"""One message each, or one of many: after five seconds, after quiet hours, and when a channel has said enough."""

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.channel import ChannelOptions
from mosaicfs.services.delivering.bundling import COLLECTED_S, MOST_AN_HOUR, Waiting, plan

NOON = 1_771_243_200.0
RULES = ChannelOptions(timezone="UTC")
NIGHT = ChannelOptions(timezone="UTC", quiet="22:00-07:00")
MIDNIGHT = NOON + 12 * 3600
MORNING = NOON + 19 * 3600


def row(number: int, *, at: float = NOON - 10, **more: object) -> Waiting:
    given = {"transition": "raised", "severity": "warning", "returns": False, "held": "", **more}
    return Waiting(number, f"notification::n::k:{number}", 1, at=at, **given)  # type: ignore[arg-type]


def test_messages_are_collected_for_five_seconds() -> None:
    found = plan([row(1, at=NOON - 4)], RULES, NOON, [])
    assert (found.messages, found.wait_until) == ((), NOON - 4 + COLLECTED_S)
    assert plan([row(1, at=NOON - 5)], RULES, NOON, []).messages == ((row(1, at=NOON - 5),),)


def test_up_to_five_go_one_by_one_and_more_in_one_summary() -> None:
    assert [len(each) for each in plan([row(n) for n in range(5)], RULES, NOON, []).messages] == [1] * 5
    assert [len(each) for each in plan([row(n) for n in range(6)], RULES, NOON, []).messages] == [6]


def test_nothing_is_sent_in_quiet_hours() -> None:
    found = plan([row(1), row(2, severity="error")], NIGHT, MIDNIGHT, [])
    assert (found.messages, found.wait_until) == ((), MORNING)
    assert [held for _, held in found.hold] == ["quiet", "quiet"]


def test_errors_may_be_sent_in_quiet_hours_and_only_they() -> None:
    loud = ChannelOptions(timezone="UTC", quiet="22:00-07:00", quiet_errors=True)
    found = plan([row(1), row(2, severity="error")], loud, MIDNIGHT, [])
    assert [[each.row for each in message] for message in found.messages] == [[2]]
    assert [each.row for each, _ in found.hold] == [1]


def test_after_the_quiet_one_summary_tells_what_still_holds() -> None:
    began_and_ended = row(1, held="quiet", is_over=True), row(1, transition="resolved", held="quiet", is_over=True)
    ended_quietly = row(2, held="quiet", is_over=True)
    end_of_what_was_told = row(3, transition="resolved", held="quiet", is_over=True)
    rows = [*began_and_ended, ended_quietly, end_of_what_was_told, row(4, held="quiet"), row(5, held="quiet")]
    found = plan(rows, NIGHT, MORNING, [])
    assert [[each.row for each in message] for message in found.messages] == [[3, 4, 5]]
    assert [each.row for each in found.left_out] == [1, 1, 2]


def test_beyond_sixty_an_hour_messages_wait_for_one_summary() -> None:
    sent = [NOON - 3000 + n for n in range(MOST_AN_HOUR)]
    found = plan([row(1), row(2)], RULES, NOON, sent)
    assert (found.messages, found.wait_until) == ((), NOON + 600)
    held = [row(1, held="rate", is_over=True), row(2, held="rate")]
    later = plan(held, RULES, NOON + 601, sent)
    assert [len(each) for each in later.messages] == [2]


@given(
    st.lists(
        st.builds(
            lambda n, age, s: row(n, at=NOON - age, severity=s),
            st.integers(1, 9),
            st.integers(0, 99),
            st.sampled_from(["info", "error"]),
        ),
        max_size=80,
    ),
    st.lists(st.floats(NOON - 4000, NOON), max_size=80),
    st.integers(0, 86_400),
)
def test_no_transition_is_lost_or_told_twice(rows: list[Waiting], sent: list[float], later: int) -> None:
    rows = [each._replace(row=place) for place, each in enumerate(rows)]
    found = plan(rows, NIGHT, NOON + later, sent)
    placed = [each.row for message in found.messages for each in message] + [each.row for each in found.left_out]
    assert len(placed) == len(set(placed))
    assert found.messages or not rows or found.wait_until > NOON + later
    assert sum(at > NOON + later - 3600 for at in sent) + len(found.messages) <= max(MOST_AN_HOUR, len(sent))
