"""A document whose type this version does not know: kept and passed on, never understood."""

from __future__ import annotations

from msgspec import Struct

from mosaicfs.model.json import JsonObject


class Unknown(Struct, frozen=True):
    """`content` is the whole body, `type` included where there is one."""

    content: JsonObject
