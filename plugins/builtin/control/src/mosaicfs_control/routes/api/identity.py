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
    """`ca_fingerprint` is what a machine that joins compares with the certificate it is shown."""

    instance_id: str
    name: str
    ca_fingerprint: str
    time: str


@routes.on("GET", "/api/identity", answer=Identity, access="public", from_replica=True)
async def identity(call: Call, query: NoQuery) -> Ready:
    """Say which instance this is, and what time it is here."""
    name = await instance_name(call.store)
    return json_answer(Identity(call.here.instance_id, name, call.here.ca_fingerprint, now_text()))
