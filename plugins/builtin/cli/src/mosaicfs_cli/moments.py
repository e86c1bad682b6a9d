"""Times and spans as people type them: `90d`, `12h`, `15m`, a date, a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mosaicfs_cli.errors import UsageError

if TYPE_CHECKING:
    from mosaicfs_cli.options import Call

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_span = re.compile(r"(\d{1,6})([smhdw])").fullmatch


def seconds(call: Call, text: str) -> int:
    """`15m` is 900."""
    found = _span(text)
    if found is None:
        raise UsageError(call.verb, f"{text!r} is no span of time; write 15m, 2h or 7d")
    return int(found[1]) * _SECONDS[found[2]]


def moment(call: Call, text: str) -> str:
    """A time to come; a span counts from now."""
    return _time(call, text, 1)


def past(call: Call, text: str) -> str:
    """A time that was; a span is how long ago."""
    return _time(call, text, -1)


def _time(call: Call, text: str, direction: int) -> str:
    if _span(text):
        return _printed(datetime.now(UTC) + direction * timedelta(seconds=seconds(call, text)))
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(call.verb, f"{text!r} is no time; write 2026-01-31, 2026-01-31T12:00:00Z or 90d") from None
    return _printed(found if found.tzinfo else found.astimezone())


def _printed(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
