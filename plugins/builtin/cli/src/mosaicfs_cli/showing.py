"""Sizes, times and counts as people read them; exact where a program reads."""

from __future__ import annotations

from datetime import UTC, datetime

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB")
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def size(given: int | None) -> str:
    """`1.4 GiB`: one decimal below ten, none above, none for KiB."""
    if given is None:
        return ""
    if abs(given) < 1024:
        return f"{given} B"
    value, at = given / 1024, 0
    while abs(value) >= 1023.95 and at < len(_UNITS) - 1:
        value, at = value / 1024, at + 1
    return f"{value:.1f} {_UNITS[at]}" if at and abs(value) < 9.95 else f"{value:,.0f} {_UNITS[at]}"


def counted(given: int) -> str:
    return f"{given:,}"


def files(given: int) -> str:
    return "1 file" if given == 1 else f"{counted(given)} files"


def ago(time: str, now: datetime) -> str:
    """`3 weeks ago`; the text itself when it is no time. A clock that is a little off is `just now`."""
    try:
        seconds = (now - datetime.fromisoformat(time)).total_seconds()
    except (ValueError, TypeError):
        return time
    if seconds < -_DAY:
        return time[:10]
    return _past(seconds)


def _past(seconds: float) -> str:
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return _units(seconds, _MINUTE, "minute")
    if seconds < _DAY:
        return _units(seconds, _HOUR, "hour")
    if seconds < 2 * _DAY:
        return "yesterday"
    if seconds < 14 * _DAY:
        return _units(seconds, _DAY, "day")
    if seconds < 60 * _DAY:
        return _units(seconds, 7 * _DAY, "week")
    if seconds < 730 * _DAY:
        return _units(seconds, 30.44 * _DAY, "month")
    return _units(seconds, 365.25 * _DAY, "year")


def _units(seconds: float, each: float, name: str) -> str:
    value = max(1, int(seconds // each))
    return f"{value} {name}{'' if value == 1 else 's'} ago"


def now() -> datetime:
    return datetime.now(UTC)


def duration(seconds: float) -> str:
    """`40 s`, `3 min`, `2 h 10 min`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / _MINUTE)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def clock(timestamp: float) -> str:
    """`10:02` of today; with the date when it was another day."""
    then = datetime.fromtimestamp(timestamp).astimezone()
    return then.strftime("%H:%M" if then.date() == datetime.now().astimezone().date() else "%Y-%m-%d %H:%M")
