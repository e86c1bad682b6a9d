"""Which bytes of which version a request over HTTP asks for, by its conditions and its range.

For the API and for transfers between nodes alike. What a decision becomes as a status is theirs. A range that makes no
sense counts as none, as RFC 9110 has it; more than one is refused, for nobody needs it and it invites abuse.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

Decision = Literal["whole", "part", "not_modified", "other_version", "beyond"]

_range = re.compile(r"bytes=(?:([0-9]{1,19})-([0-9]{1,19})?|-([0-9]{1,19}))").fullmatch
_is_bytes = re.compile(r"bytes=[0-9,\s-]+").fullmatch


class Asked(NamedTuple):
    """`start` and `end` (exclusive) are what is to be sent, of `whole` and `part` alone."""

    decision: Decision
    start: int = 0
    end: int = 0

    @property
    def length(self) -> int:
        return self.end - self.start


def asked_for(headers: Mapping[str, str], tag: str, size: int, *, method: str = "GET") -> Asked:
    """`headers` by lower-case names; `tag` is the strong validator of the bytes, in its quotes."""
    if (wanted := headers.get("if-match")) is not None and not _names(wanted, tag):
        return Asked("other_version")
    if (known := headers.get("if-none-match")) is not None and _names(known, tag, weakly=True):
        return Asked("not_modified")
    wanted_range = headers.get("range")
    if wanted_range is None or method != "GET" or not _is_in_range(headers.get("if-range"), tag):
        return Asked("whole", 0, size)
    return _part(wanted_range.strip(), size)


def content_range(asked: Asked, size: int) -> str:
    """The header of a part; of `beyond` the one that tells the size."""
    return f"bytes {asked.start}-{asked.end - 1}/{size}" if asked.decision == "part" else f"bytes */{size}"


def digest_field(sha256: bytes) -> str:
    """The value of `Repr-Digest` and `Content-Digest`."""
    return f"sha-256=:{base64.b64encode(sha256).decode('ascii')}:"


def digest_in(field: str | None) -> bytes | None:
    """The SHA-256 that such a header holds; None where it holds none that can be read."""
    for one in (field or "").split(","):
        name, _, value = one.strip().partition("=")
        if name == "sha-256" and len(value) > 2 and value[0] == value[-1] == ":":
            try:
                found = base64.b64decode(value[1:-1], validate=True)
            except ValueError:
                return None
            return found if len(found) == 32 else None
    return None


def _part(wanted: str, size: int) -> Asked:
    found = _range(wanted)
    if found is None:
        return Asked("beyond") if "," in wanted and _is_bytes(wanted) else Asked("whole", 0, size)
    first, last, tail = found.groups()
    if tail is not None:
        length = min(int(tail), size)
        return Asked("part", size - length, size) if length else Asked("beyond")
    start = int(first)
    if last is not None and int(last) < start:
        return Asked("whole", 0, size)
    end = size if last is None else min(int(last) + 1, size)
    return Asked("part", start, end) if start < size else Asked("beyond")


def _is_in_range(condition: str | None, tag: str) -> bool:
    """A date, or a weak validator, counts as no match."""
    return condition is None or condition.strip() == tag


def _names(condition: str, tag: str, *, weakly: bool = False) -> bool:
    named = {one.strip() for one in condition.split(",")}
    if weakly:
        named = {one.removeprefix("W/") for one in named}
    return "*" in named or tag in named
