"""What `mosaicfs doctor` is told of a CouchDB server: is it there, new enough, does it let us in, is the database ours.

Nothing is made and nothing is changed; each look that fails says what the next ones would have needed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import msgspec

from mosaicfs.errors import AccessRefusedError, MosaicError
from mosaicfs.model.store import StoreFinding
from mosaicfs_couchdb.driver import DATABASE
from mosaicfs_couchdb.meta import SCHEMA, read_meta
from mosaicfs_couchdb.server import NOT_FOUND, Server, connected

OLDEST: Final = (3, 3)
ADMINISTRATOR: Final = "_admin"
ANSWER_S: Final = 5.0

_LOGIN_FIX: Final = "look at [store] user, and at MOSAICFS_STORE_SECRET or [store] secret_file"


class _Welcome(msgspec.Struct):
    version: str = ""
    couchdb: str = ""


class _User(msgspec.Struct):
    name: str | None = None
    roles: tuple[str, ...] = ()


class _Session(msgspec.Struct):
    user: _User = msgspec.field(name="userCtx", default_factory=_User)


class _Database(msgspec.Struct):
    doc_count: int = 0


async def look_at(url: str, user: str, secret: str, database: str = DATABASE) -> list[StoreFinding]:
    """The first look that fails is the last one."""
    async with connected(url, "", user, secret, answer_s=ANSWER_S) as root:
        found = [finding async for finding in _of_server(root, url, user)]
    if any(finding.status == "fail" for finding in found):
        return found
    async with connected(url, database, user, secret, answer_s=ANSWER_S) as server:
        return [*found, await _of_database(server)]


async def _of_server(root: Server, url: str, user: str) -> AsyncIterator[StoreFinding]:
    title = f"CouchDB at {url}"
    try:
        welcome = await root.read(_Welcome, "GET")
    except AccessRefusedError as refused:
        yield StoreFinding("store", title, "ok", "it answers")
        yield StoreFinding("store_login", "login at CouchDB", "fail", str(refused), _LOGIN_FIX)
        return
    except MosaicError as trouble:
        yield StoreFinding("store", title, "fail", str(trouble), "start it, or look at [store] url")
        return
    yield StoreFinding("store", title, "ok", f"version {welcome.version}")
    if (judged := _version(welcome)) is not None:
        yield judged
    yield await _login(root, user)


def _version(welcome: _Welcome) -> StoreFinding | None:
    """What only speaks like a CouchDB is nobody's but its owner's to judge."""
    title, needed = "version of CouchDB", ".".join(map(str, OLDEST))
    if not welcome.couchdb:
        return StoreFinding("store_version", title, "warn", "it is another server that speaks its protocol")
    numbers = tuple(int(part) for part in welcome.version.split(".")[:2] if part.isdigit())
    if len(numbers) == len(OLDEST) and numbers >= OLDEST:
        return None
    return StoreFinding("store_version", title, "fail", f"{welcome.version} is older than {needed}", "update CouchDB")


async def _login(root: Server, user: str) -> StoreFinding:
    title = "login at CouchDB"
    try:
        session = await root.read(_Session, "GET", "_session")
    except MosaicError as refused:
        return StoreFinding("store_login", title, "fail", str(refused), _LOGIN_FIX)
    if user and session.user.name != user:
        return StoreFinding("store_login", title, "fail", f"it does not know {user}", _LOGIN_FIX)
    if ADMINISTRATOR not in session.user.roles:
        detail = f"{user or 'who does not log in'} is no administrator there, and cannot make the database"
        return StoreFinding("store_login", title, "fail", detail, _LOGIN_FIX)
    if not user:
        detail = "it takes everybody for an administrator"
        return StoreFinding("store_login", title, "warn", detail, "give CouchDB an administrator and name it here")
    return StoreFinding("store_login", title, "ok", f"as {user}")


async def _of_database(server: Server) -> StoreFinding:
    title = f"database {server.where}"
    try:
        reply = await server.ask("GET", also=(NOT_FOUND,))
        if not reply.good:
            return StoreFinding("database", title, "skip", "not there yet; the control plane makes it")
        count, meta = server.decoded(_Database, reply.body).doc_count, await read_meta(server)
    except MosaicError as trouble:
        return StoreFinding("database", title, "fail", str(trouble), "let the administrator of CouchDB look at it")
    if meta is None:
        return StoreFinding("database", title, "warn", f"{count:,} documents, and no control plane has opened it yet")
    if meta.schema > SCHEMA:
        return StoreFinding("database", title, "fail", "it was written by a newer MosaicFS", "update MosaicFS")
    return StoreFinding("database", title, "ok", f"{count:,} documents")
