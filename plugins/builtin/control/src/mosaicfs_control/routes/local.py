"""Documents that are not replicated, such as checkpoints: each caller has its own and sees no other's.

A browser keeps its checkpoint on its own side; it is told that there is none here.
"""

from __future__ import annotations

import re

import msgspec

from mosaicfs import wire
from mosaicfs_control.answers import Answer, Ready, json_answer
from mosaicfs_control.errors import RefusedError, bad_request, not_found
from mosaicfs_control.routing import EVERY_ROLE, PEERS, Call, Routes
from mosaicfs_control.shown import spliced

routes = Routes()

MOST_BYTES = 64 * 1024
_REV = re.compile(r"0-[0-9]{1,15}")


@routes.on("GET", "/{db}/_local/{name}", EVERY_ROLE)
async def read(call: Call) -> Answer:
    found = None if call.role.kind == "browser" else await call.store.local_get(call.path["name"])
    if found is None:
        raise not_found()
    return Ready(spliced({"_id": f"_local/{found.id}", "_rev": found.rev}, found.body))


@routes.on("GET", "/{db}/_local_docs", EVERY_ROLE)
async def listing(call: Call) -> Answer:
    if call.role.kind == "browser":
        raise not_found()
    ids = [f"_local/{name}" for name in await call.store.local_ids()]
    found = [await call.store.local_get(name.removeprefix("_local/")) for name in ids]
    rows = [
        {"id": doc_id, "key": doc_id, "value": {"rev": local.rev}}
        for doc_id, local in zip(ids, found, strict=True)
        if local is not None
    ]
    return json_answer({"total_rows": len(rows), "offset": 0, "rows": rows})


@routes.on("PUT", "/{db}/_local/{name}", PEERS)
async def put(call: Call) -> Answer:
    name = call.path["name"]
    members = await call.incoming.json(dict[str, msgspec.Raw])
    rev = _checked(msgspec.json.decode(members.get("_rev", b'""')) or call.asked.text("rev"))
    body = _body(members)
    if len(body) > MOST_BYTES:
        raise RefusedError("document_too_large", f"A local document may have {MOST_BYTES} bytes.")
    new = await call.store.local_put(name, body, rev)
    return json_answer({"ok": True, "id": f"_local/{name}", "rev": new}, 201)


@routes.on("DELETE", "/{db}/_local/{name}", PEERS)
async def delete(call: Call) -> Answer:
    name, rev = call.path["name"], _checked(call.asked.text("rev"))
    if await call.store.local_get(name) is None:
        raise not_found()
    await call.store.local_delete(name, rev)
    return json_answer({"ok": True, "id": f"_local/{name}", "rev": "0-0"})


def _body(members: dict[str, msgspec.Raw]) -> bytes:
    kept = {name: msgspec.json.decode(value) for name, value in members.items() if not name.startswith("_")}
    return wire.canonical(kept)


def _checked(rev: object) -> str:
    if not isinstance(rev, str) or (rev and not _REV.fullmatch(rev)):
        raise bad_request("The revision of a local document is 0-N.")
    return rev
