"""Canonical JSON: equal values are equal bytes, whoever wrote them, so that a revision has one name everywhere.

Members sorted by code point, no white space, the fewest escapes, numbers as ECMAScript prints them. What some JSON peer
could not keep exactly is refused: integers from 2^53 on, NaN and infinities, nesting deeper than 64.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta

from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.json import LAST_EXACT, Json

DEEPEST = 64
_FIRST_WITH_EXPONENT = 1e21

_Exact: TypeAlias = Annotated[int, Meta(ge=-LAST_EXACT, le=LAST_EXACT)]


def _without_fractions(levels: int) -> Any:
    """JSON that needs no second look, as a type, so that the check costs nothing: exact integers, bounded nesting.

    The type doubles with every level, so it ends where documents of the core do; what is deeper is looked at by hand.
    """
    found: Any = None | bool | _Exact | str
    for _ in range(levels):
        found = None | bool | _Exact | str | list[found] | dict[str, found]
    return found


_plain_decoder = msgspec.json.Decoder(_without_fractions(7))
_any_decoder = msgspec.json.Decoder()
sorted_encoder = msgspec.json.Encoder(order="sorted")


def canonical(value: Json) -> bytes:
    """`MalformedDocumentError` where the value has no such form."""
    try:
        raw = sorted_encoder.encode(value)
    except (TypeError, RecursionError, UnicodeEncodeError) as trouble:
        raise MalformedDocumentError("", "", f"has no form in JSON: {trouble}") from trouble
    if b"null" in raw:  # NaN would pass for it
        return sorted_encoder.encode(_exact(value, "", 0))
    return canonical_text(raw)


def canonical_text(raw: bytes | msgspec.Raw) -> bytes:
    """The canonical form of any JSON text."""
    return sorted_encoder.encode(parsed(raw))


def parsed(raw: bytes | msgspec.Raw) -> Any:
    """A JSON text as values that `sorted_encoder` writes canonically."""
    try:
        return _plain_decoder.decode(raw)
    except (
        msgspec.DecodeError,
        UnicodeDecodeError,
    ):  # a number or a depth that needs the second look, or no JSON at all
        pass
    try:
        return _exact(_any_decoder.decode(raw), "", 0)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as trouble:
        raise MalformedDocumentError("", "", f"is not JSON: {trouble}") from trouble


def _exact(value: Json, place: str, depth: int) -> Any:
    if isinstance(value, str | bool | None):
        return value
    if isinstance(value, int):
        return _exact_integer(value, place)
    if isinstance(value, float):
        return _exact_number(value, place)
    if depth == DEEPEST:
        raise MalformedDocumentError("", place, f"is nested deeper than {DEEPEST}")
    if isinstance(value, Mapping):
        return {name: _exact(each, f"{place}.{name}" if place else name, depth + 1) for name, each in value.items()}
    return [_exact(each, f"{place}[{index}]", depth + 1) for index, each in enumerate(value)]


def _exact_integer(value: int, place: str) -> int:
    if abs(value) > LAST_EXACT:
        raise MalformedDocumentError("", place, "is an integer beyond ±(2^53−1), which not every JSON peer keeps exact")
    return value


def _exact_number(value: float, place: str) -> int | msgspec.Raw:
    if not isfinite(value):
        raise MalformedDocumentError("", place, "is not a number that JSON knows")
    if value.is_integer() and abs(value) < _FIRST_WITH_EXPONENT:
        return _exact_integer(int(value), place)
    return msgspec.Raw(ecmascript(value).encode())


def ecmascript(value: float) -> str:
    """A finite number that is no integer below 1e21, as `Number.prototype.toString` prints it."""
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits))
    point = len(text) + exponent
    minus = "-" if sign else ""
    if 0 < point <= 21:
        return f"{minus}{text[:point]}.{text[point:]}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{text}"
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{minus}{text[0]}{fraction}e{point - 1:+d}"
