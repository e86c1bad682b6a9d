"""The two forms of time in documents, and comparing times that others wrote.

Times are UTC and 20 characters long, `2026-01-15T14:30:00Z`; a file's `mtime` has always six digits more. So string
order is time order among our own; what peers write may have any form of RFC 3339 and is compared by `instant`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from time import time
from typing import Annotated, TypeAlias

from msgspec import Meta

_DATE = r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(?:\.([0-9]+))?"
_ZONE = r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
_RFC_3339 = rf"^{_DATE}[Tt ]{_CLOCK}{_ZONE}\Z"
_parsed = re.compile(_RFC_3339).match

Time: TypeAlias = Annotated[str, Meta(pattern=_RFC_3339)]
"""Any form of RFC 3339. What we write is made by `time_text` and `mtime_text`."""

Clock: TypeAlias = Callable[[], float]
"""Seconds since 1970."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = -62_135_596_800_000_000
_LAST = 253_402_300_799_999_999
_MICROSECOND = timedelta(microseconds=1)


class BadTimeError(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(f"{text[:60]!r} is not a time; expected a form like 2026-01-15T14:30:00Z")


def instant(text: str) -> int:
    """Microseconds since 1970, rounded down. Equal for all forms of one time; times past the years 1–9999 are clamped.

    A leap second counts as the second after it, and February 31st as March 3rd: a peer's odd time has an order too.
    """
    found = _parsed(text)
    if found is None:
        raise BadTimeError(text)
    year, month, day, hour, minute, second = (int(part) for part in found.group(1, 2, 3, 4, 5, 6))
    if year == 0:
        return _FIRST
    days = date(year, month, 1).toordinal() + day - 1 - _EPOCH.toordinal()
    minutes = (days * 24 + hour) * 60 + minute - _minutes_ahead(found)
    micro = int((found[7] or "")[:6].ljust(6, "0"))
    return _clamped((minutes * 60 + second) * 1_000_000 + micro)


def ordered(text: str) -> str:
    """The form of `mtime`, whatever form the time has, so that string order is time order."""
    if text[10:11] == "T" and text[-1:] == "Z":
        if len(text) == 20:
            return f"{text[:19]}.000000Z"
        if len(text) == 27:
            return text
    return mtime_text(instant(text) * 1000)


def _minutes_ahead(found: re.Match[str]) -> int:
    if found[8] is None:
        return 0
    ahead = int(found[9]) * 60 + int(found[10])
    return ahead if found[8] == "+" else -ahead


def time_text(microseconds: int) -> str:
    """The form of every time but a file's, rounded down to a second."""
    return _moment(microseconds).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def mtime_text(nanoseconds: int) -> str:
    """The form of `mtime`, rounded down to a microsecond."""
    minute, rest = divmod(_clamped(nanoseconds // 1000), 60_000_000)
    digits = f"{rest:08}"
    return f"{_minute(minute)}{digits[:2]}.{digits[2:]}Z"


@lru_cache(1024)
def _minute(number: int) -> str:
    """All but the seconds. Files of one folder are mostly of few minutes."""
    return (_EPOCH + timedelta(minutes=number)).isoformat()[:17]


def now_text(clock: Clock = time) -> str:
    return time_text(int(clock() * 1_000_000))


def hour_text(text: str) -> str:
    """The hour a time lies in, as it stands in the `_id` of a snapshot."""
    hour = 3_600_000_000
    return time_text(instant(text) // hour * hour)


def _moment(microseconds: int) -> datetime:
    return _EPOCH + _clamped(microseconds) * _MICROSECOND


def _clamped(microseconds: int) -> int:
    return min(max(microseconds, _FIRST), _LAST)
