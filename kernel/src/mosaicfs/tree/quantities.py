"""Sizes and ages as people type them: `>10M`, `<30d`, `1M..5M`. Bounds are included."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

Bounds: TypeAlias = "tuple[int | None, int | None]"
Unit: TypeAlias = Literal["size", "age"]

LARGEST: Final = 2**62
"""More than any disk holds, and still a number that databases take."""

_SCALES: Final[dict[Unit, dict[str, int]]] = {
    "size": {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40},
    "age": {"h": 3_600, "d": 86_400, "w": 7 * 86_400, "m": 30 * 86_400, "y": 365 * 86_400},
}
_range = re.compile(r"(?P<sign>[<>]=?)?(?P<low>[^.]+(?:\.[0-9]+[A-Za-z]*)?)(?:\.\.(?P<high>.+))?").fullmatch
_number = re.compile(r"(?P<whole>[0-9]{1,15})(?:\.(?P<part>[0-9]{1,6}))?(?P<unit>[A-Za-z]?)").fullmatch


def bounds(text: str, unit: Unit) -> Bounds | None:
    """Bytes or seconds, least and most; None for what cannot be read. A bare number is both."""
    found = _range(text)
    if found is None or (found["sign"] and found["high"]):
        return None
    low = quantity(found["low"], unit)
    high = quantity(found["high"], unit) if found["high"] else low
    if low is None or high is None or low > high:
        return None
    if not found["sign"]:
        return low, high
    return (None, high) if found["sign"].startswith("<") else (low, None)


def outside(inside: Bounds) -> Bounds | None:
    """What one bound leaves; None for a range, which leaves both sides of it."""
    match inside:
        case None, int(high):
            return high + 1, None
        case int(low), None:
            return None, low - 1
        case _:
            return None


def quantity(text: str, unit: Unit) -> int | None:
    found = _number(text)
    scale = _SCALES[unit].get(found["unit"].lower()) if found is not None else None
    if found is None or scale is None:
        return None
    part: str = found["part"] or ""
    rest = int(part) * scale // int(f"1{'0' * len(part)}") if part else 0
    return min(int(found["whole"]) * scale + rest, LARGEST)
