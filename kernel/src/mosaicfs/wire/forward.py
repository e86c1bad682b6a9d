"""Members that this version does not know: put aside before decoding, put back after encoding, at every depth.

This is the slow way, taken only for documents that have such members.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from msgspec.structs import fields

from mosaicfs.model.noun import UNKNOWN, Noun

_Content = dict[str, Any]


class _Inner(NamedTuple):
    """The noun inside a member, and whether the member maps names to it."""

    noun: type[Noun]
    by_name: bool


def put_aside(content: _Content, noun: type[Noun]) -> _Content:
    """`content` as the strict decoder wants it. A null of a known member counts as absent."""
    members = _members(noun)
    unknown = {name: value for name, value in content.items() if name not in members}
    known = {
        name: _inside(value, members[name], put_aside)
        for name, value in content.items()
        if name in members and value is not None
    }
    return known | {UNKNOWN: unknown} if unknown else known


def put_back(content: _Content, noun: type[Noun]) -> _Content:
    """The reverse. What is known wins over an unknown member of the same name."""
    members = _members(noun)
    known = {name: _inside(value, members[name], put_back) for name, value in content.items() if name != UNKNOWN}
    return {**content.get(UNKNOWN, {}), **known}


def _inside(value: Any, inner: _Inner | None, each: Callable[[_Content, type[Noun]], _Content]) -> Any:
    if inner is None:
        return value
    if isinstance(value, list | tuple):
        return [each(item, inner.noun) if isinstance(item, dict) else item for item in value]
    if not isinstance(value, dict):
        return value
    if inner.by_name:
        return {name: each(item, inner.noun) if isinstance(item, dict) else item for name, item in value.items()}
    return each(value, inner.noun)


@cache
def _members(noun: type[Noun]) -> Mapping[str, _Inner | None]:
    members = {field.encode_name: _inner(field.type) for field in fields(noun) if field.encode_name != UNKNOWN}
    tag = noun.__struct_config__.tag_field
    return members | {tag: None} if tag else members


def _inner(hint: Any, by_name: bool = False) -> _Inner | None:
    origin, inside = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and origin is None:
        return _Inner(hint, by_name) if issubclass(hint, Noun) else None
    if origin is Annotated:
        return _inner(inside[0], by_name)
    if origin in (Union, UnionType, tuple, dict):
        found = (_inner(each, by_name or origin is dict) for each in inside)
        return next((inner for inner in found if inner is not None), None)
    return None
