"""What is asked of the server itself rather than of the database."""

from __future__ import annotations

import uuid

import mosaicfs
from mosaicfs_control.answers import Answer, json_answer
from mosaicfs_control.errors import bad_request, not_found
from mosaicfs_control.routing import EVERY_ROLE, Call, Routes

routes = Routes()

MOST_UUIDS = 1000


@routes.on("GET", "/", EVERY_ROLE)
async def welcome(call: Call) -> Answer:
    """PouchDB builds the name of its checkpoint from `uuid`."""
    info = await call.store.info()
    return json_answer(
        {
            "couchdb": "Welcome",
            "version": "3.3.0",
            "uuid": info.uuid,
            "vendor": {"name": "MosaicFS", "version": mosaicfs.__version__},
            "features": ["gzip-requests"],
        }
    )


@routes.on("GET", "/_up")
async def up(call: Call) -> Answer:
    return json_answer({"status": "ok"})


@routes.on("GET", "/_all_dbs")
async def all_dbs(call: Call) -> Answer:
    return json_answer(["mosaicfs"])


@routes.on("GET", "/_active_tasks")
async def active_tasks(call: Call) -> Answer:
    return json_answer([])


@routes.on("GET", "/_uuids")
async def uuids(call: Call) -> Answer:
    count = call.asked.number("count", 1)
    if not 1 <= count <= MOST_UUIDS:
        raise bad_request(f"count must be 1 to {MOST_UUIDS}")
    return json_answer({"uuids": [uuid.uuid4().hex for _ in range(count)]})


@routes.on("GET", "/_session", public=True)
async def session(call: Call) -> Answer:
    if call.user is None:
        return json_answer({"ok": True, "userCtx": {"name": None, "roles": []}, "info": {}})
    who = {"name": str(call.user), "roles": [call.user.kind]}
    return json_answer({"ok": True, "userCtx": who, "info": {"authenticated": "mosaicfs"}})


@routes.on("POST DELETE", "/_session", EVERY_ROLE, public=True)
async def no_cookies(call: Call) -> Answer:
    """CouchDB's replicator asks first for a cookie; told that there is none, it goes on with Basic."""
    raise not_found()
