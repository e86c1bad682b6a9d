"""The database as a whole: what it is, and what may not be done to it from outside."""

from __future__ import annotations

from mosaicfs import REVS_LIMIT
from mosaicfs_control.answers import Answer, json_answer
from mosaicfs_control.errors import RefusedError
from mosaicfs_control.routing import CONTROL_ONLY, EVERY_ROLE, PEERS, Call, Routes

routes = Routes()

NAME = "mosaicfs"


@routes.on("GET", "/{db}", EVERY_ROLE)
async def info(call: Call) -> Answer:
    found = await call.store.info()
    return json_answer(
        {
            "db_name": NAME,
            "update_seq": found.update_seq,
            "purge_seq": found.purge_seq,
            "instance_start_time": "0",
            "doc_count": found.live,
            "doc_del_count": found.deleted,
            "sizes": {"file": found.file_bytes, "external": found.external_bytes, "active": found.active_bytes},
            "compact_running": False,
            "cluster": {"q": 1, "n": 1, "w": 1, "r": 1},
            "props": {},
            "mosaicfs": {"uuid": found.uuid, "epoch": found.epoch, "schema": found.schema},
        }
    )


@routes.on("PUT", "/{db}", any_db=True)
async def create(call: Call) -> Answer:
    if call.path["db"] == NAME:
        raise RefusedError("file_exists", "The database could not be created, the file already exists.")
    raise RefusedError("forbidden", f"This server keeps one database, {NAME}.")


@routes.on("DELETE", "/{db}")
async def delete(call: Call) -> Answer:
    raise RefusedError("forbidden", "The database cannot be deleted over this protocol.")


@routes.on("GET", "/{db}/_security")
async def security(call: Call) -> Answer:
    return json_answer(
        {
            "admins": {"names": [], "roles": ["control"]},
            "members": {"names": [], "roles": ["node", "browser", "mirror"]},
        }
    )


@routes.on("GET", "/{db}/_revs_limit")
async def revs_limit(call: Call) -> Answer:
    return json_answer(REVS_LIMIT)


@routes.on("PUT", "/{db}/_security")
@routes.on("PUT", "/{db}/_revs_limit")
async def set_nothing(call: Call) -> Answer:
    raise RefusedError("forbidden", "This cannot be changed over this protocol.")


@routes.on("POST", "/{db}/_ensure_full_commit", PEERS)
async def ensure_full_commit(call: Call) -> Answer:
    """Everything that was acknowledged is on disk already."""
    return json_answer({"ok": True, "instance_start_time": "0"}, 201)


@routes.on("POST", "/{db}/_compact", CONTROL_ONLY)
async def compact(call: Call) -> Answer:
    await call.store.compact()
    return json_answer({"ok": True}, 202)
