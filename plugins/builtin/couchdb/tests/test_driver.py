"""What is the driver's own: opening, refusals, a server that is away, feeds that break, pages of its queries."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import trio
import trio.lowlevel

from mosaicfs import Places, configure
from mosaicfs.errors import AccessRefusedError, BadQueryError, ConfigError, StoreTooNewError, StoreUnreachableError
from mosaicfs.model.configuration import Settings, StoreSettings
from mosaicfs.model.document import ChangePage, Document
from mosaicfs.model.role import CONTROL, UPSTREAM
from mosaicfs.model.search import Search
from mosaicfs_couchdb.asking import Asking
from mosaicfs_couchdb.driver import CouchStore, open_couch_store
from mosaicfs_couchdb.names import Names
from mosaicfs_couchdb.plugin import open_store
from mosaicfs_couchdb.reading import Reading
from mosaicfs_couchdb.sequences import Sequences
from mosaicfs_couchdb.server import connected
from mosaicfs_couchdb.waiting import Waiting
from mosaicfs_sdk.conformance.store.samples import note

Put = Callable[[str, Any], None]


@pytest.fixture
def database() -> str:
    return f"mosaicfs-test-{uuid4().hex}"


@pytest.fixture
async def store(couch_server: Any, database: str) -> AsyncIterator[CouchStore]:
    login = {"user": couch_server.user, "secret": couch_server.secret}
    async with open_couch_store(couch_server.url, database=database, **login) as store:
        yield store


@pytest.fixture
def _real_server(couch_server: Any) -> None:
    if not couch_server.real:
        pytest.skip("pouchdb-server takes any text for a sequence")


@pytest.fixture
def _stand_in(couch_server: Any) -> None:
    if couch_server.real:
        pytest.skip("would make the database `mosaicfs` on a server that is not ours")


@pytest.fixture
def put(couch_server: Any, database: str) -> Put:
    """What somebody else writes into the database, past the driver."""

    def put(path: str, body: Any) -> None:
        login = (couch_server.user, couch_server.secret) if couch_server.user else None
        with httpx.Client(base_url=couch_server.url, auth=login, trust_env=False) as client:
            client.put(f"/{database}{path}", json=body).raise_for_status()

    return put


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return configure(environment={"HOME": str(tmp_path)}).places


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """A server that says the same to everybody."""

    async def serve(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        await stream.send_all(answer)
        await stream.aclose()

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
        yield f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("url", ["", "127.0.0.1:5984", "ftp://x", "http://"])
async def test_an_address_that_is_none_is_refused_by_its_place(places: Places, url: str) -> None:
    settings = Settings(store=StoreSettings("couchdb", url), given={"store.url": "mosaicfs.toml:3"})
    with pytest.raises(ConfigError, match=r"mosaicfs\.toml:3: the address of a CouchDB server is needed"):
        async with open_store(settings, places):
            pass


async def test_a_password_in_the_address_is_refused_and_not_repeated(places: Places) -> None:
    settings = Settings(store=StoreSettings("couchdb", "http://me:hidden@127.0.0.1:5984"))
    with pytest.raises(ConfigError) as refused:
        async with open_store(settings, places):
            pass
    assert "hidden" not in str(refused.value)


@pytest.mark.usefixtures("_stand_in")
async def test_the_plugin_opens_what_the_settings_name(couch_server: Any, places: Places) -> None:
    settings = Settings(store=StoreSettings("couchdb", couch_server.url))
    async with open_store(settings, places) as store:
        assert (await store.info()).live == 0


async def test_a_server_that_is_away_is_something_for_later() -> None:
    async with answering(b"") as url:
        pass
    with pytest.raises(StoreUnreachableError, match=f"{url}/mosaicfs cannot be reached"):
        async with open_couch_store(url):
            pass


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (
            b"HTTP/1.1 401 No\r\nContent-Length: 30\r\n\r\n" + b'{"error":"x","reason":"no you"}'[:30],
            AccessRefusedError,
        ),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", StoreUnreachableError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[1,2]", StoreUnreachableError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", StoreUnreachableError),
        (b"rubbish\r\n\r\n", StoreUnreachableError),
        (b"", StoreUnreachableError),
    ],
)
async def test_a_server_that_talks_rubbish_is_named_and_the_password_is_not(
    answer: bytes, error: type[Exception]
) -> None:
    async with answering(answer) as url:
        with pytest.raises(error) as refused:
            async with open_couch_store(url, user="me", secret="hidden"):
                pass
    assert url in str(refused.value)
    assert "hidden" not in str(refused.value)


async def test_a_server_that_falls_silent_holds_nobody_up_for_long() -> None:
    async def never(stream: trio.SocketStream) -> None:
        await stream.receive_some()
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, never, 0, host="127.0.0.1"))
        url = f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        async with connected(url, "mosaicfs", answer_s=0.05) as server:
            with trio.fail_after(10), pytest.raises(StoreUnreachableError, match="ReadTimeout"):
                await server.ask("POST", "/_bulk_docs", {"docs": []})
            with trio.move_on_after(0.5) as waiting:
                await server.ask("GET", "/_design/mosaicfs-views-1/_view/counts")
        nursery.cancel_scope.cancel()
    assert waiting.cancelled_caught


async def test_a_database_of_a_newer_program_is_left_alone(couch_server: Any, database: str, put: Put) -> None:
    put("", None)
    put("/_local/mosaicfs-meta", {"uuid": "0" * 32, "epoch": "0" * 8, "schema": 99})
    with pytest.raises(StoreTooNewError, match="has schema 99"):
        async with open_couch_store(
            couch_server.url, database=database, user=couch_server.user, secret=couch_server.secret
        ):
            pass


async def test_a_database_that_somebody_filled_becomes_ours(couch_server: Any, database: str, put: Put) -> None:
    put("", None)
    put("/note::a", {"type": "note"})
    login = {"user": couch_server.user, "secret": couch_server.secret}
    async with open_couch_store(couch_server.url, database=database, **login) as store:
        assert [row.id for row in (await store.changes("0", 10)).rows] == ["note::a"]


async def test_what_could_not_have_been_written_through_us_is_found_by_a_deep_look(store: CouchStore, put: Put) -> None:
    put("/note::a", {"type": "note", "_attachments": {"x": {"content_type": "text/plain", "data": "eA=="}}})
    assert await store.check() == []
    assert [trouble.doc_id for trouble in await store.check(deep=True)] == ["note::a"]
    assert await store.get("note::a") is None


async def test_a_missing_index_is_noticed(store: CouchStore) -> None:
    design = "/_design/mosaicfs-digest-1"
    rev = json.loads((await store._server.ask("GET", design)).body)["_rev"]
    await store._server.ask("DELETE", design, query={"rev": rev})
    assert [trouble.trouble for trouble in await store.check()] == ["the index digest is missing"]


async def test_indexes_are_in_no_answer(store: CouchStore, put: Put) -> None:
    put("/_design/other", {"views": {}})
    await store.write([note("A"), note("a")], writer=CONTROL)
    assert [row.id for row in (await store.changes("0", 1)).rows] == ["A"]
    assert [row.id for row in (await store.changes("0", 1, descending=True)).rows] == ["a"]
    put("/_design/another", {"views": {}})
    assert [row.id for row in (await store.changes("0", 2, descending=True)).rows] == ["a", "A"]
    assert (await store.info()).live == 2


class Noting(Reading):
    """Notes which documents it has read along the feed."""

    noted: tuple[str, ...] = ()

    async def changes(self, since: str, limit: int, *, descending: bool, bodies: bool) -> ChangePage:
        page = await super().changes(since, limit, descending=descending, bodies=bodies)
        self.noted += tuple(row.id for row in page.rows)
        return page


async def test_a_search_after_a_warm_up_reads_only_what_is_new(store: CouchStore) -> None:
    await store.write([note("a"), note("b")], writer=CONTROL)
    reading = Noting(store._server, store._sequences)
    names = Names(reading, store._purged)
    await names.warm()
    await store.write([note("c")], writer=CONTROL)
    await names.search(Search())
    assert reading.noted == ("a", "b", "c")


async def test_pages_of_a_query_give_every_document_once(store: CouchStore) -> None:
    docs = [
        Document(f"access::{n}", "1-a", b'{"type":"access","last_access":"2026-01-01T00:00:00Z"}', path=("a",))
        for n in range(7)
    ]
    await store.write(docs, writer=UPSTREAM, new_edits=False)
    for page in (1, 3, 7, 100):
        asking = Asking(store._server, store._reading, page)
        found = [doc.id async for doc in asking._selected({"type": "access", "last_access": {"$gte": ""}})]
        assert sorted(found) == [doc.id for doc in docs]


@pytest.mark.usefixtures("_real_server")
async def test_a_sequence_that_couchdb_does_not_know_misses_nothing(store: CouchStore) -> None:
    await store.write([note("a")], writer=CONTROL)
    epoch = (await store.info()).epoch
    try:
        page = await store.changes(f"9-{epoch}-bm9uc2Vuc2U", 10)
    except BadQueryError:
        return
    assert [row.id for row in page.rows] == ["a"]


@pytest.mark.allow_log("the feed broke off and is opened again")
async def test_a_feed_that_breaks_is_opened_again_where_it_broke() -> None:
    asked: list[str] = []
    enough = trio.Event()

    async def serve(stream: trio.SocketStream) -> None:
        asked.append((await stream.receive_some()).split()[1].decode())
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
        if len(asked) == 3:
            enough.set()
        await stream.send_all(head + b'\n{"seq":"%d-x","id":"a","changes":[]}\n' % len(asked))
        await stream.aclose()

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
        url = f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        async with connected(url, "mosaicfs") as server:
            waiting = Waiting(server, Reading(server, Sequences("0" * 8)), first_pause_s=0.01)
            nursery.start_soon(waiting.listen, "0-x")
            with trio.fail_after(10):
                await enough.wait()
            nursery.cancel_scope.cancel()
    assert [path.rpartition("since=")[2] for path in asked[:3]] == ["0-x", "1-x", "2-x"]
