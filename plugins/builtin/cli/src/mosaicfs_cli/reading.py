"""Reading answers: what a newer or older program sends may lack any field, and a command must not fall over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

_NOTHING: JsonObject = {}


def text(given: JsonObject, name: str) -> str:
    """Empty when it is not there."""
    found = given.get(name)
    return found if isinstance(found, str) else ""


def optional_text(given: JsonObject, name: str) -> str | None:
    return text(given, name) or None


def number(given: JsonObject, name: str) -> int | None:
    found = given.get(name)
    return int(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def count(given: JsonObject, name: str) -> int:
    return number(given, name) or 0


def part(given: JsonObject, name: str) -> JsonObject:
    """The object of that name; an empty one when there is none."""
    found = given.get(name)
    return found if isinstance(found, Mapping) else _NOTHING


def items(given: JsonObject, name: str = "items") -> Iterator[JsonObject]:
    """The objects of a list, those that are none left out."""
    found = given.get(name)
    if isinstance(found, Sequence) and not isinstance(found, str):
        yield from (each for each in found if isinstance(each, Mapping))


def texts(given: JsonObject, name: str) -> tuple[str, ...]:
    found = given.get(name)
    if not isinstance(found, Sequence) or isinstance(found, str):
        return ()
    return tuple(each for each in found if isinstance(each, str))
