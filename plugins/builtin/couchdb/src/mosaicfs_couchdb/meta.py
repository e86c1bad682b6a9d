"""Making a database ours: its name and epoch, who may reach it, how many revisions it keeps, its indexes.

What is known of the database itself lies in `_local/mosaicfs-meta`, which CouchDB never replicates.
"""

from __future__ import annotations

import secrets
from typing import Final

import msgspec
import structlog

from mosaicfs import REVS_LIMIT
from mosaicfs.errors import StoreTooNewError
from mosaicfs_couchdb.design import put_designs
from mosaicfs_couchdb.server import BAD_REQUEST, EXISTS, NOT_FOUND, Server

SCHEMA: Final = 1
_META: Final = "/_local/mosaicfs-meta"

_log = structlog.get_logger(component="couchdb")


class Meta(msgspec.Struct, frozen=True, omit_defaults=True):
    uuid: str
    epoch: str
    schema: int
    purged: str = "0"
    """CouchDB's sequence of the last document that was dropped."""
    rev: str | None = msgspec.field(default=None, name="_rev")


async def read_meta(server: Server) -> Meta | None:
    reply = await server.ask("GET", _META, also=(NOT_FOUND,))
    return server.decoded(Meta, reply.body) if reply.good else None


async def write_meta(server: Server, meta: Meta) -> Meta:
    await server.ask("PUT", _META, meta)
    written = await read_meta(server)
    assert written is not None
    return written


async def prepared(server: Server, user: str) -> Meta:
    """The database, made if absent. One without our mark, such as a standby that CouchDB filled, becomes ours.

    A newer schema is refused before anything is written.
    """
    # One shard, so that the order of sequences is the order of commits.
    await server.ask("PUT", query={"q": 1}, also=(EXISTS,))
    meta = await read_meta(server)
    if meta is not None and meta.schema > SCHEMA:
        raise StoreTooNewError(server.where, meta.schema, SCHEMA)
    if meta is None:
        meta = await write_meta(server, Meta(secrets.token_hex(16), secrets.token_hex(4), SCHEMA))
        await _guarded(server, user)
    await put_designs(server)
    return meta


async def _guarded(server: Server, user: str) -> None:
    """Only we reach the database itself; everybody else comes through the guard and the scopes of the kernel."""
    members = {"names": [user] if user else [], "roles": ["_admin"]}
    await server.ask("PUT", "/_security", {"admins": {"names": [], "roles": ["_admin"]}, "members": members})
    reply = await server.ask("PUT", "/_revs_limit", REVS_LIMIT, also=(BAD_REQUEST, NOT_FOUND))
    if not reply.good:
        _log.info("the server keeps its own number of revisions", store=server.where)
