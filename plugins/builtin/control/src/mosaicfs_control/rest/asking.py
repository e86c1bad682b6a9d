"""From a query string or a body to a typed value. What is not understood is refused by name, never ignored.

A query is a frozen `msgspec.Struct`: its fields are the parameters, their `Meta` is what the OpenAPI document says of
them. A field that is a tuple may be repeated, any other may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, get_origin, get_type_hints
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from mosaicfs_control.rest.refusals import ApiError, FieldTrouble, all_invalid, invalid

MOST_PARAMETERS = 1_000

T = TypeVar("T")

_place = re.compile(r" - at `\$\.?(?P<field>[^`]*)`$").search


class NoQuery(Struct, frozen=True):
    """Of a call that takes no parameters."""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    is_repeated: bool


@cache
def parameters_of(shape: type[Struct]) -> Mapping[str, Parameter]:
    """By the name that stands in a query string."""
    hints = get_type_hints(shape)
    fields = zip(shape.__struct_encode_fields__, shape.__struct_fields__, strict=True)
    return {shown: Parameter(shown, get_origin(hints[name]) is tuple) for shown, name in fields}


def query_of(raw: bytes, shape: type[T], later: Mapping[str, str]) -> T:
    """`later` are parameters that do not work yet, and what they are for; one that ends in `[` stands for many."""
    known = parameters_of(shape)  # type: ignore[arg-type]  # every shape is a Struct; T says so where it is used
    given: dict[str, Any] = {}
    strangers: dict[str, FieldTrouble] = {}
    for name, value in _pairs(raw):
        parameter = known.get(name)
        if parameter is None:
            strangers[name] = _stranger(name, later)
        elif "\0" in value:
            raise invalid(name, "holds a NUL")
        elif parameter.is_repeated:
            given.setdefault(name, []).append(value)
        elif name in given:
            raise invalid(name, "is given more than once")
        else:
            given[name] = value
    if strangers:
        raise all_invalid(list(strangers.values())[:20])
    return as_shape(given, shape)


def as_shape(given: object, shape: type[T], *, strict: bool = False) -> T:
    """`ApiError` 422 that names the field. Text is read as a number where a number belongs unless `strict`."""
    try:
        return msgspec.convert(given, shape, strict=strict)
    except msgspec.ValidationError as cause:
        raise wrong_field(cause) from None


def wrong_field(cause: msgspec.ValidationError) -> ApiError:
    text = str(cause)
    found = _place(text)
    return invalid(found["field"] if found else "", text[: found.start()] if found else text)


def _pairs(raw: bytes) -> Iterator[tuple[str, str]]:
    try:
        yield from parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except UnicodeDecodeError:
        raise ApiError("invalid_request", "The query string is not UTF-8.") from None
    except ValueError:
        raise ApiError("invalid_request", f"More than {MOST_PARAMETERS} parameters.") from None


def _stranger(name: str, later: Mapping[str, str]) -> FieldTrouble:
    stem = name.partition("[")[0] + "[" if "[" in name else name
    if stem in later:
        return FieldTrouble(name[:100], f"does not work yet: {later[stem]}")
    return FieldTrouble(name[:100], "is not a parameter of this call")
