"""Changing an object by a JSON merge patch (RFC 7396): of the members that a call lists, and of no others.

The shape of the body says which members may be changed: each field takes its value, `None` where it may be taken out,
and defaults to `UNSET`. How the change is written, and whether it still fits, is in `changing`.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.json import JsonObject
from mosaicfs.model.noun import Noun
from mosaicfs_control.rest.asking import wrong_field
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call

N = TypeVar("N", bound=Noun)


async def patch_of(call: Call, shape: type[Struct]) -> JsonObject:
    """What the caller wants changed; `ApiError` 422 that names a member which is unknown or wrong."""
    raw = await call.incoming.json(msgspec.Raw)
    try:
        msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as cause:
        raise wrong_field(cause) from None
    found: JsonObject = msgspec.json.decode(raw)
    return found


def merged(members: JsonObject, patch: JsonObject) -> JsonObject:
    """`null` takes a member out, an object is merged into the one that is there, all else replaces."""
    after: dict[str, Any] = dict(members)
    for name, value in patch.items():
        if value is None:
            after.pop(name, None)
        elif isinstance(value, dict):
            there = after.get(name)
            after[name] = merged(there if isinstance(there, dict) else {}, value)
        else:
            after[name] = value
    return after


def patched(doc_id: str, noun: N, patch: JsonObject) -> N:
    """The noun after the patch; `ApiError` 422 where that would be no such document."""
    members = msgspec.json.decode(wire.encode(noun), type=dict[str, Any])
    try:
        after = wire.decode(doc_id, wire.canonical(merged(members, patch)))
    except MalformedDocumentError as cause:
        raise invalid(cause.field, cause.trouble) from None
    assert isinstance(after, type(noun))
    return after
