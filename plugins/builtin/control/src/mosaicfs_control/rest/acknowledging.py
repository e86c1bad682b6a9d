"""That a person has seen a notification: the part of its life that the control plane writes. Values only."""

from __future__ import annotations

from msgspec import structs

from mosaicfs.model.notification import Notification, Standing
from mosaicfs.model.times import instant, time_text

_SECOND = 1_000_000


def standing_of(noun: Notification) -> Standing:
    """From what its writers say, whatever `status` stands there."""
    if noun.resolved_at is not None:
        return "resolved"
    if noun.acknowledges is not None and instant(noun.acknowledges) == instant(noun.activated_at):
        return "acknowledged"
    return "active"


def acknowledged(noun: Notification, who: str, now: str) -> Notification:
    """The present episode, once: whoever was first stays named. Never before the episode began, by whatever clock."""
    if standing_of(noun) != "active":
        return noun
    at = max(instant(now), -(-instant(noun.activated_at) // _SECOND) * _SECOND)
    return structs.replace(
        noun,
        status="acknowledged",
        acknowledged_at=time_text(at),
        acknowledged_by=who,
        acknowledges=noun.activated_at,
    )
