"""What its owner chooses for every channel: which conditions it carries, and when it keeps silent.

A channel of ours declares its options as a subclass; of any other, the same names are read from its configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mosaicfs.model.notification import Severity

_span = re.compile(r"\s*([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)\s*").fullmatch


class QuietSpan(NamedTuple):
    """Every day from `begin` until `end`, which may be of the next day."""

    begin: time
    end: time


@dataclass(frozen=True, kw_only=True)
class ChannelOptions:
    """`__post_init__` says what is wrong with hours and zone, as `OptionsError` will."""

    min_severity: Severity = field(default="warning", metadata={"help": "Carry nothing that is less grave."})
    conditions: str = field(
        default="*", metadata={"help": "Globs on the name of a condition, with commas between, such as *_failed."}
    )
    exclude: str = field(default="", metadata={"help": "Globs of conditions that it does not carry."})
    source_nodes: str = field(
        default="", metadata={"help": "Carry only what these nodes report, with commas between; also control_plane."}
    )
    send_resolved: bool = field(default=True, metadata={"help": "Also tell the end of what was told."})
    grace_s: int = field(
        default=30,
        metadata={"help": "A warning that is over within so many seconds is not told.", "minimum": 0, "maximum": 86400},
    )
    remind_after_h: int = field(
        default=0,
        metadata={"help": "Tell again after so many hours, until it is acknowledged; 0: never.", "minimum": 0},
    )
    quiet: str = field(
        default="", metadata={"help": "Hours without messages, such as 22:00-07:00, with commas between."}
    )
    timezone: str = field(
        default="", metadata={"help": "Zone of these hours, such as Europe/Berlin; empty: that of the machine."}
    )
    quiet_errors: bool = field(default=False, metadata={"help": "Send errors in quiet hours too."})
    hide_names: bool = field(
        default=False, metadata={"help": "Leave out paths, quoted names and what a condition is about."}
    )

    def __post_init__(self) -> None:
        quiet_spans(self.quiet)
        zone_of(self.timezone)


def quiet_spans(text: str) -> tuple[QuietSpan, ...]:
    """`ValueError` names the part that is no span."""
    return tuple(_spans(text))


def zone_of(name: str) -> tzinfo | None:
    """None is that of the machine; `ValueError` for a zone that nobody knows here."""
    try:
        return ZoneInfo(name.strip()) if name.strip() else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"timezone {name!r} is not known here; one looks like Europe/Berlin") from None


def quiet_until(options: ChannelOptions, now_s: float) -> float | None:
    """When the silence that holds now is over, spans that touch each other taken together; None where none holds."""
    spans, zone = quiet_spans(options.quiet), zone_of(options.timezone)
    end = now_s
    for _ in range(len(spans) + 1):
        found = max((_end_of(span, zone, end) for span in spans), default=end)
        if found <= end:
            break
        end = found
    return end if end > now_s else None


def _spans(text: str) -> Iterator[QuietSpan]:
    for part in filter(None, (each.strip() for each in text.split(","))):
        found = _span(part)
        if found is None:
            raise ValueError(f"quiet has {part!r}, which is no span of hours; one looks like 22:00-07:00")
        begin, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
        if begin == end:
            raise ValueError(f"quiet has {part!r}, which begins when it ends")
        yield QuietSpan(begin, end)


def _end_of(span: QuietSpan, zone: tzinfo | None, now_s: float) -> float:
    """The end of the day's or the evening's span that holds at `now_s`, or `now_s`. Without a zone: local hours."""
    today = datetime.fromtimestamp(now_s, zone).date()
    for days in (-1, 0):
        day = today + timedelta(days=days)
        begin = datetime.combine(day, span.begin, zone)
        last = day if span.end > span.begin else day + timedelta(days=1)
        end = datetime.combine(last, span.end, zone)
        if begin.timestamp() <= now_s < end.timestamp():
            return end.timestamp()
    return now_s
