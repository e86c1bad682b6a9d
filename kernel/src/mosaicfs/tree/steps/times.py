"""The ops `age` and `access_age`: days since the last change or access, between bounds that count as inside.

What is compared is the moment at which a bound is reached, so that a verdict and the moment until which it holds can
never disagree.
"""

from __future__ import annotations

from datetime import datetime
from math import inf, nextafter

from mosaicfs.model.filing import FileRow
from mosaicfs.model.times import instant
from mosaicfs.tree.steps.op import Asked, Needs, Op
from mosaicfs.tree.steps.parameters import Parameters

DAY = 86_400


class Span:
    """Days since a moment; a moment in the future counts as now."""

    def __init__(self, least: int | None, most: int | None) -> None:
        self._least = (least or 0) * DAY
        self._most = inf if most is None else most * DAY

    def holds(self, moment: float, now: float) -> bool:
        return now <= moment + self._most and (not self._least or now >= moment + self._least)

    def until(self, moment: float, now: float) -> float:
        """When `holds` changes next."""
        if self._least and now < moment + self._least:
            return moment + self._least
        last = moment + self._most
        return nextafter(last, inf) if now <= last else inf


class Age(Op):
    needs = Needs(time=True)

    def __init__(self, span: Span) -> None:
        self._span = span

    def matches(self, row: FileRow, asked: Asked) -> bool:
        return self._span.holds(seconds(row.mtime), asked.now)

    def until(self, row: FileRow, asked: Asked) -> float:
        return self._span.until(seconds(row.mtime), asked.now)

    def measured(self, row: FileRow, asked: Asked) -> float:
        return days_since(seconds(row.mtime), asked.now)


class AccessAge(Op):
    needs = Needs(access=True, time=True)

    def __init__(self, span: Span, missing: str) -> None:
        self._span = span
        self._never = missing == "include"

    def matches(self, row: FileRow, asked: Asked) -> bool:
        last = asked.last_access(row.file_id)
        return self._never if last is None else self._span.holds(last, asked.now)

    def until(self, row: FileRow, asked: Asked) -> float:
        last = asked.last_access(row.file_id)
        return inf if last is None else self._span.until(last, asked.now)

    def measured(self, row: FileRow, asked: Asked) -> float | None:
        last = asked.last_access(row.file_id)
        return None if last is None else days_since(last, asked.now)


def read_age(parameters: Parameters) -> Age:
    return Age(Span(*parameters.bounds("min_days", "max_days")))


def read_access_age(parameters: Parameters) -> AccessAge:
    span = Span(*parameters.bounds("min_days", "max_days"))
    return AccessAge(span, parameters.choice("missing", ("include", "exclude"), "include"))


def days_since(moment: float, now: float) -> float:
    return round(max(now - moment, 0.0) / DAY, 6)


def seconds(ordered: str) -> float:
    """Since 1970, of a time in the form of `times.ordered`."""
    try:
        return datetime.fromisoformat(ordered).timestamp()
    except ValueError:  # a leap second, a day that no month has
        return instant(ordered) / 1_000_000
