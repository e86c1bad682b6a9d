"""What all nouns have in common: frozen, typed, and a place for members that this version does not know.

A noun holds unknown members in `unknown`, at every depth where it has nouns of its own; `wire` puts them there and
back. Optional fields are `None` and left out; fields that a page gives a default are `written`, so that a document
says what holds for it even after the default has changed.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypeVar

from msgspec import Meta, Struct, field

from mosaicfs.model.json import Json, JsonObject

T = TypeVar("T")

Count: TypeAlias = Annotated[int, Meta(ge=0)]

UNKNOWN = "~unknown"
"""Name of `unknown` inside the JSON codec; never on a wire."""


class Noun(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Subclasses repeat `frozen=True, kw_only=True`; a document type also says `tag_field="type", tag=…`."""

    unknown: dict[str, Json] = field(default_factory=dict, name=UNKNOWN)


def written(value: T) -> T:
    """A default that is always in the JSON. msgspec leaves out plain defaults and never those made by a function."""
    return field(default_factory=lambda: value)


def _new_object() -> JsonObject:
    return {}


def written_object() -> JsonObject:
    """`written({})`, made anew for each noun."""
    return field(default_factory=_new_object)
