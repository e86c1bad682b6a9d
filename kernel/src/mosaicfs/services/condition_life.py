"""The life of one condition: what an observation or its end makes of the notification. Values only, no clock.

Within a document times are kept in order, although they come from two clocks: so an acknowledgement never covers an
episode that its author has not seen.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec import structs

from mosaicfs.model.condition import GRAVITY
from mosaicfs.model.notification import Notification, Remedy, Reporter, Severity, Standing
from mosaicfs.model.times import instant, time_text

_SECOND = 1_000_000


class Observation(NamedTuple):
    """`times` in a row; the words are those of the last, the severity is the gravest."""

    severity: Severity
    title: str
    message: str
    actions: tuple[Remedy, ...] = ()
    times: int = 1

    def followed_by(self, later: Observation) -> Observation:
        severity = max(self.severity, later.severity, key=GRAVITY.__getitem__)
        return later._replace(severity=severity, times=self.times + later.times)


def status_of(noun: Notification) -> Standing:
    if noun.resolved_at is not None:
        return "resolved"
    if noun.acknowledges is not None and instant(noun.acknowledges) == instant(noun.activated_at):
        return "acknowledged"
    return "active"


def observed(before: Notification | None, source: Reporter, key: str, seen: Observation, now: str) -> Notification:
    """`now` in our form of time. What is resolved, or was acknowledged when it was less grave, begins anew."""
    if before is None:
        return _first(source, key, seen, now)
    status = status_of(before)
    graver = GRAVITY[seen.severity] > GRAVITY[before.severity]
    same_episode = structs.replace(
        before,
        severity=seen.severity if graver else before.severity,
        title=seen.title,
        message=seen.message,
        actions=seen.actions or None,
        last_seen=_latest(now, before.last_seen, before.activated_at),
        occurrence_count=before.occurrence_count + seen.times,
    )
    if status == "resolved" or (status == "acknowledged" and graver):
        return _new_episode(same_episode, seen.severity, now)
    return structs.replace(same_episode, status=status)


def cleared(before: Notification | None, now: str) -> Notification | None:
    """None where nothing was wrong."""
    if before is None or status_of(before) == "resolved":
        return None
    resolved_at = _latest(now, before.activated_at, before.last_seen)
    return structs.replace(before, status="resolved", resolved_at=resolved_at)


def _first(source: Reporter, key: str, seen: Observation, now: str) -> Notification:
    return Notification(
        condition_key=key,
        source=source,
        severity=seen.severity,
        status="active",
        title=seen.title,
        message=seen.message,
        actions=seen.actions or None,
        first_seen=now,
        last_seen=now,
        occurrence_count=seen.times,
        activated_at=now,
    )


def _new_episode(noun: Notification, severity: Severity, now: str) -> Notification:
    known = (noun.activated_at, noun.resolved_at, noun.acknowledged_at, noun.acknowledges)
    after = max(instant(each) for each in known if each is not None)
    began = time_text(max(instant(now), after + _SECOND))
    return structs.replace(
        noun,
        severity=severity,
        status="active",
        activated_at=began,
        last_seen=_latest(began, noun.last_seen),
        resolved_at=None,
        acknowledged_at=None,
        acknowledged_by=None,
        acknowledges=None,
    )


def _latest(*times: str) -> str:
    """In our form, rounded up where another wrote fractions, so that it is not before any of them."""
    latest = max(instant(each) for each in times)
    return time_text(-(-latest // _SECOND) * _SECOND)
