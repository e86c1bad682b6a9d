"""Sizes and ages as people write them in a parameter."""

from __future__ import annotations

import re

_size = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,3}))?([KMGT]?)B?", re.IGNORECASE | re.ASCII).fullmatch
_age = re.compile(r"([0-9]{1,6})([hdwmy])").fullmatch

LARGEST = 2**63 - 1
"""No file is larger, and nothing that counts in 64 bits may meet more."""

_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_HOUR_S = 3_600
_AGES_S = {"h": _HOUR_S, "d": 24 * _HOUR_S, "w": 168 * _HOUR_S, "m": 720 * _HOUR_S, "y": 8_760 * _HOUR_S}


def size_bytes(text: str) -> int | None:
    """`10`, `10K`, `1.5G`; None for anything else."""
    found = _size(text)
    if found is None:
        return None
    unit: int = 1024 ** _POWERS[found[3].upper()]
    part = found[2] or "0"
    return min(int(found[1]) * unit + int(part) * unit // int("1" + "0" * len(part)), LARGEST)


def age_s(text: str) -> int | None:
    """`12h`, `30d`, `2w`, `6m` (of 30 days), `1y` (of 365); None for anything else."""
    found = _age(text)
    return None if found is None else int(found[1]) * _AGES_S[found[2]]
