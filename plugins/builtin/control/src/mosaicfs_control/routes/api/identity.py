"""Which instance answers here."""

from __future__ import annotations

from msgspec import Struct

from mosaicfs.model.times import now_text
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.instance_name import instance_name
from mosaicfs_control.rest.routing import Call, Routes

routes = Routes()


class Identity(Struct, frozen=True):
    """`ca_fingerprint` is null as long as nothing is served over TLS."""

    instance_id: str
    name: str
    ca_fingerprint: str | None
    time: str


@routes.on("GET", "/api/identity", answer=Identity, public=True)
async def identity(call: Call, query: NoQuery) -> Ready:
    """Say which instance this is, and what time it is here."""
    info = await call.store.info()
    return json_answer(Identity(info.uuid, await instance_name(call.store), None, now_text()))
