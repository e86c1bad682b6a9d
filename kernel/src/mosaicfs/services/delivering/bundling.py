"""Which of the transitions that wait become messages now: one each, or one summary of many. Values only, no clock.

What must wait for the end of quiet hours, or because a channel has said enough for an hour, is `held`, and later told
in one summary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from mosaicfs.model.channel import ChannelOptions, quiet_until
from mosaicfs.model.notification import Severity
from mosaicfs.services.delivering.transitions import HOUR_S, Told

COLLECTED_S = 5.0
MOST_SINGLE = 5
MOST_AN_HOUR = 60

Held = Literal["", "quiet", "rate"]


class Waiting(NamedTuple):
    """A row of the ledger that no message tells yet. `is_over`: its condition does not hold any more."""

    row: int
    doc_id: str
    activated_at: int
    transition: Told
    severity: Severity
    at: float
    returns: bool
    held: Held
    is_over: bool = False


class Plan(NamedTuple):
    """Each of `messages` is sent as one; a row in none of these lists stays as it is. `wait_until`: to plan again."""

    messages: tuple[tuple[Waiting, ...], ...] = ()
    left_out: tuple[Waiting, ...] = ()
    hold: tuple[tuple[Waiting, Held], ...] = ()
    wait_until: float = float("inf")


def plan(rows: Sequence[Waiting], options: ChannelOptions, now: float, sent: Sequence[float]) -> Plan:
    """`rows` the oldest first, `sent` the times of what was sent within the last hour."""
    if not rows:
        return Plan()
    over = quiet_until(options, now)
    free = [each for each in rows if over is None or (options.quiet_errors and each.severity == "error")]
    quiet: tuple[tuple[Waiting, Held], ...] = tuple(
        (each, "quiet") for each in rows if each not in free and not each.held
    )
    if not free:
        return Plan(hold=quiet, wait_until=over or now)
    until = min(over or float("inf"), min(each.at for each in free) + COLLECTED_S)
    if now < min(each.at for each in free) + COLLECTED_S:
        return Plan(hold=quiet, wait_until=until)
    recent = sorted(at for at in sent if at > now - HOUR_S)
    room = MOST_AN_HOUR - len(recent)
    if room <= 0:
        rate: tuple[tuple[Waiting, Held], ...] = tuple((each, "rate") for each in free if not each.held)
        return Plan(hold=quiet + rate, wait_until=recent[0] + HOUR_S)
    gone = _ended_in_the_quiet(free)
    kept = tuple(each for each in free if each not in gone)
    if len(kept) > MOST_SINGLE or any(each.held for each in kept) or len(kept) > room:
        return Plan((kept,) if kept else (), tuple(gone), quiet, over or float("inf"))
    return Plan(tuple((each,) for each in kept), tuple(gone), quiet, over or float("inf"))


def _ended_in_the_quiet(rows: Sequence[Waiting]) -> list[Waiting]:
    """What is over is not told any more; of what was told before the quiet, the end is."""
    began = {(each.doc_id, each.activated_at) for each in rows if each.transition == "raised" and each.held == "quiet"}
    return [
        each
        for each in rows
        if (each.held == "quiet" and each.is_over and each.transition != "resolved")
        or (each.transition == "resolved" and (each.doc_id, each.activated_at) in began)
    ]
