"""What `mosaicfs doctor` hears of a CouchDB: each thing that can be wrong is named, and what cannot be asked is not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import h11
import httpx
import msgspec
import pytest
import trio

from mosaicfs.model.configuration import Settings, StoreSettings
from mosaicfs_couchdb.driver import open_couch_store
from mosaicfs_couchdb.looking import look_at
from mosaicfs_couchdb.plugin import look

GOOD: Mapping[str, Any] = {
    "/": {"couchdb": "Welcome", "version": "3.3.3"},
    "/_session": {"ok": True, "userCtx": {"name": "ana", "roles": ["_admin"]}},
    "/mosaicfs": {"db_name": "mosaicfs", "doc_count": 7, "update_seq": "7-x"},
    "/mosaicfs/_local/mosaicfs-meta": {"_rev": "0-1", "uuid": "u", "epoch": "e", "schema": 1},
}
NONE: dict[str, Any] = {"error": "not_found", "reason": "missing"}
REFUSED: dict[str, Any] = {"error": "unauthorized", "reason": "Name or password is incorrect."}
CODES = {"not_found": 404, "unauthorized": 401}

WELL = {"store": "ok", "store_login": "ok", "database": "ok"}


@asynccontextmanager
async def serving(said: Mapping[str, Any]) -> AsyncIterator[str]:
    """A server that answers by path, one request a connection."""

    async def serve(stream: trio.SocketStream) -> None:
        http = h11.Connection(h11.SERVER)
        while (event := http.next_event()) is h11.NEED_DATA:
            http.receive_data(await stream.receive_some())
        assert isinstance(event, h11.Request)
        body = said.get(event.target.decode(), NONE)
        content = msgspec.json.encode(body)
        error = body.get("error", "") if isinstance(body, dict) else ""
        headers = [("content-length", str(len(content))), ("connection", "close")]
        answer = h11.Response(status_code=CODES.get(error, 200), headers=headers)
        for piece in (answer, h11.Data(data=content), h11.EndOfMessage()):
            await stream.send_all(http.send(piece) or b"")
        await stream.aclose()

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
        yield f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        nursery.cancel_scope.cancel()


async def looked(said: Mapping[str, Any], user: str = "ana") -> dict[str, str]:
    async with serving(said) as url:
        found = await look_at(url, user, "hidden" if user else "")
    assert "hidden" not in repr(found)
    assert all(finding.fix for finding in found if finding.status == "fail")
    return {finding.id: finding.status for finding in found}


async def test_a_server_that_is_as_it_should_be_is_well() -> None:
    assert await looked(GOOD) == WELL


@pytest.mark.parametrize(
    ("path", "answer", "differs"),
    [
        ("/", {"couchdb": "Welcome", "version": "3.2.3"}, {"store_version": "fail", "database": None}),
        ("/", {"couchdb": "Welcome", "version": "4.0.0-beta"}, {}),
        ("/", {"couchdb": "Welcome", "version": "soon"}, {"store_version": "fail", "database": None}),
        ("/", {"express-pouchdb": "Welcome!", "version": "4.2.0"}, {"store_version": "warn"}),
        ("/", REFUSED, {"store_login": "fail", "database": None}),
        ("/", ["no", "CouchDB"], {"store": "fail", "store_login": None, "database": None}),
        ("/_session", REFUSED, {"store_login": "fail", "database": None}),
        ("/_session", {"userCtx": {"name": None, "roles": []}}, {"store_login": "fail", "database": None}),
        ("/_session", {"userCtx": {"name": "ana", "roles": ["reader"]}}, {"store_login": "fail", "database": None}),
        ("/mosaicfs", NONE, {"database": "skip"}),
        ("/mosaicfs", REFUSED, {"database": "fail"}),
        ("/mosaicfs/_local/mosaicfs-meta", NONE, {"database": "warn"}),
        (
            "/mosaicfs/_local/mosaicfs-meta",
            {"uuid": "u", "epoch": "e", "schema": 2},
            {"database": "fail"},
        ),
    ],
)
async def test_what_is_wrong_is_named_and_what_needs_it_is_not_asked(
    path: str, answer: Any, differs: dict[str, str | None]
) -> None:
    expected = {name: status for name, status in {**WELL, **differs}.items() if status is not None}
    assert await looked({**GOOD, path: answer}) == expected


async def test_a_server_that_lets_everybody_in_is_a_warning() -> None:
    anybody = {"userCtx": {"name": None, "roles": ["_admin"]}}
    assert await looked({**GOOD, "/_session": anybody}, user="") == {**WELL, "store_login": "warn"}


async def test_a_server_that_is_away_is_the_only_thing_told() -> None:
    async with serving(GOOD) as url:
        pass
    found = await look(Settings(store=StoreSettings("couchdb", url)))
    assert [(finding.id, finding.status) for finding in found] == [("store", "fail")]


async def test_an_address_that_is_none_is_told_with_its_place() -> None:
    settings = Settings(store=StoreSettings("couchdb", "127.0.0.1"), given={"store.url": "mosaicfs.toml:3"})
    (found,) = await look(settings)
    assert (found.status, found.detail.partition(":")[0]) == ("fail", "mosaicfs.toml")


async def test_a_look_makes_nothing_and_sees_what_the_driver_has_made(couch_server: Any) -> None:
    login = (couch_server.user, couch_server.secret)
    database = f"mosaicfs-test-{uuid4().hex}"
    before = {finding.id: finding.status for finding in await look_at(couch_server.url, *login, database)}
    assert before["database"] == "skip"
    async with httpx.AsyncClient(auth=login if login[0] else None, trust_env=False) as client:
        assert (await client.get(f"{couch_server.url}/{database}")).status_code == 404
    async with open_couch_store(couch_server.url, user=login[0], secret=login[1], database=database):
        after = {finding.id: finding.status for finding in await look_at(couch_server.url, *login, database)}
    assert after["database"] == "ok"
