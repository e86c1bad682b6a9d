"""What has become of a condition that a channel should tell, from what it has told already. Values only, no clock.

Times are seconds since 1970. A condition that is not told yet has to last for the grace of the channel, unless it is an
error; one that was acknowledged before it was told is told no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from mosaicfs.model.channel import ChannelOptions
from mosaicfs.model.condition import DAY_S, GRAVITY
from mosaicfs.model.notification import Notification, Severity
from mosaicfs.model.times import instant
from mosaicfs.services.condition_life import status_of

HOUR_S = 3_600.0
MOST_EPISODES = 3
"""The next one within an hour is told as coming back all the time; then the condition is silent for an hour."""

Told: TypeAlias = Literal["raised", "escalated", "reminder", "resolved"]


class Due(NamedTuple):
    """`nth` counts reminders; `returns` says that it keeps coming back."""

    transition: Told
    severity: Severity
    nth: int = 0
    returns: bool = False


class Entered(NamedTuple):
    """A transition that is in the ledger, sent or still to be sent."""

    activated_at: int
    transition: Told
    severity: Severity
    nth: int
    at: float
    returns: bool


class Episode(NamedTuple):
    """`chosen`: the rules of the channel take it. `seen_at`: when this node first saw it, `channel_since`: the channel.

    `entered` is all that the ledger has of this condition for the channel, whatever the episode.
    """

    noun: Notification
    chosen: bool
    entered: Sequence[Entered]
    seen_at: float
    channel_since: float

    @property
    def began(self) -> int:
        return instant(self.noun.activated_at)

    @property
    def own(self) -> list[Entered]:
        return [each for each in self.entered if each.activated_at == self.began]


def due(episode: Episode, options: ChannelOptions, now: float) -> list[Due]:
    """In the order they are to be told."""
    if _is_silent(episode.entered, now):
        return []
    if any(each.transition == "raised" for each in episode.own):
        return _later(episode, options, now)
    return _first(episode, options, now) if episode.chosen else []


def next_look(episode: Episode, options: ChannelOptions, now: float) -> float:
    """When `due` may say more although the document stays as it is; infinite for never."""
    times = [episode.seen_at + options.grace_s, _began_s(episode) + options.grace_s]
    times += [each.at + HOUR_S for each in episode.entered if each.returns]
    if options.remind_after_h:
        times += [each.at + options.remind_after_h * HOUR_S for each in episode.own]
    return min((at for at in times if at > now), default=float("inf"))


def _first(episode: Episode, options: ChannelOptions, now: float) -> list[Due]:
    noun, status = episode.noun, status_of(episode.noun)
    recent = [each for each in episode.entered if each.transition == "raised" and each.at > now - HOUR_S]
    raised = Due("raised", noun.severity, returns=len(recent) >= MOST_EPISODES)
    if status == "acknowledged":
        return []
    if status == "active":
        waited = now - min(episode.seen_at, _began_s(episode))
        return [raised] if noun.severity == "error" or waited >= options.grace_s else []
    if not _is_news(episode, options):
        return []
    return [raised, *_end(options, noun.severity)][: 1 if raised.returns else 2]


def _is_news(episode: Episode, options: ChannelOptions) -> bool:
    """Whether one that is over when it is first seen, perhaps after a pause of this node, is told at all."""
    ended = instant(episode.noun.resolved_at or episode.noun.activated_at) / 1e6
    began = _began_s(episode)
    if ended < episode.channel_since or episode.seen_at - began > DAY_S:
        return False
    return episode.noun.severity == "error" or ended - began > options.grace_s


def _later(episode: Episode, options: ChannelOptions, now: float) -> list[Due]:
    noun, status, own = episode.noun, status_of(episode.noun), episode.own
    if status == "resolved":
        ended = any(each.transition == "resolved" for each in own)
        return [] if ended else _end(options, noun.severity)
    told = max(GRAVITY[each.severity] for each in own)
    if status == "active" and GRAVITY[noun.severity] > told and episode.chosen:
        return [Due("escalated", noun.severity)]
    if status == "active" and options.remind_after_h and episode.chosen:
        nth = sum(each.transition == "reminder" for each in own)
        if now >= max(each.at for each in own) + options.remind_after_h * HOUR_S:
            return [Due("reminder", noun.severity, nth + 1)]
    return []


def _end(options: ChannelOptions, severity: Severity) -> list[Due]:
    return [Due("resolved", severity)] if options.send_resolved else []


def _is_silent(entered: Sequence[Entered], now: float) -> bool:
    return any(each.returns and each.at > now - HOUR_S for each in entered)


def _began_s(episode: Episode) -> float:
    return episode.began / 1e6
