"""The changes feed over a socket: pages, waiting, heartbeats, and how an open feed ends."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, TypeAlias

import h11
import httpx
import msgspec
import pytest
import trio

from mosaicfs.model.document import Document
from mosaicfs.model.role import UPSTREAM
from mosaicfs.model.store import Store
from mosaicfs_control.auth.endings import Endings

pytestmark = pytest.mark.patient

FEED = "/mosaicfs/_changes"

OpenFeed: TypeAlias = Callable[[str, str], AbstractAsyncContextManager[Callable[[], Awaitable[str]]]]


async def put(store: Store, doc_id: str) -> None:
    document = Document(doc_id, "1-aa", b'{"type":"widget"}', path=("aa",))
    assert not [row for row in await store.write([document], writer=UPSTREAM, new_edits=False) if row.error]


def ids_in(page: Mapping[str, Any]) -> list[str]:
    return [row["id"] for row in page["results"]]


async def next_row(next_line: Callable[[], Awaitable[str]]) -> dict[str, Any]:
    """The next line that is no heartbeat."""
    while not (line := await next_line()):
        pass
    found: dict[str, Any] = msgspec.json.decode(line)
    return found


async def test_pages_follow_each_other_to_the_end(
    client: Callable[..., httpx.AsyncClient], seeded: Mapping[str, Document]
) -> None:
    """In each scope, with every page full but the last."""
    for user, visible in (("control", 7), ("node:node-a", 5), ("browser", 3)):
        caller, since, found = client(user), "0", list[str]()
        while page := (await caller.get(f"{FEED}?limit=2&since={since}")).json():
            found += ids_in(page)
            since = page["last_seq"]
            if not page["results"]:
                break
            assert len(page["results"]) == 2 or len(found) == visible
        assert len(found) == len(set(found)) == visible
        assert page["pending"] == 0


async def test_leaves_and_bodies_come_when_asked_for(control: httpx.AsyncClient, store: Store) -> None:
    for name in ("bb", "cc"):
        doc = Document("w", f"2-{name}", b'{"type":"widget"}', path=(name, "aa"))
        await store.write([doc], writer=UPSTREAM, new_edits=False)
    [bare] = (await control.get(FEED)).json()["results"]
    [full] = (await control.get(f"{FEED}?style=all_docs&include_docs=true&conflicts=true")).json()["results"]
    assert (bare["changes"], "doc" in bare) == ([{"rev": "2-cc"}], False)
    assert full["changes"] == [{"rev": "2-cc"}, {"rev": "2-bb"}]
    assert full["doc"] == {"_id": "w", "_rev": "2-cc", "_conflicts": ["2-bb"], "type": "widget"}


async def test_a_deletion_is_in_the_feed(control: httpx.AsyncClient, seeded: Mapping[str, Document]) -> None:
    rev = (await control.delete("/mosaicfs/widget::1?rev=1-aa")).json()["rev"]
    last = (await control.get(f"{FEED}?include_docs=true")).json()["results"][-1]
    assert (last["id"], last["deleted"], last["changes"]) == ("widget::1", True, [{"rev": rev}])
    assert last["doc"] == {"_id": "widget::1", "_rev": rev, "_deleted": True, "type": "widget"}


@pytest.mark.parametrize(
    ("query", "body", "ids"),
    [
        ("filter=_doc_ids", {"doc_ids": ["widget::2", "file::f", "never"]}, ["widget::2", "file::f"]),
        ("filter=_selector", {"selector": {"n": {"$gte": 4}}}, ["file::f", "credential::k"]),
        ("filter=_selector&limit=1", {"selector": {"n": {"$gte": 4}}}, ["file::f"]),
        ("filter=_selector", {"selector": {"_id": "widget::1"}}, ["widget::1"]),
        ("filter=_design", {}, []),
        ("descending=true&limit=2", {}, ["credential::k", "file::f"]),
        ("descending=true&filter=_doc_ids", {"doc_ids": ["widget::1"]}, ["widget::1"]),
        ("limit=0", {}, ["widget::1"]),
        ("since=now", {}, []),
        ("since=5", {}, ["file::f", "credential::k"]),
        ('since="5"', {}, ["file::f", "credential::k"]),
        ("since=99&limit=1", {}, ["widget::1"]),
        ("since=5-00000000&limit=1", {}, ["widget::1"]),
        ("seq_interval=10&attachments=true&view=x&since=6", {}, ["credential::k"]),
    ],
)
async def test_what_is_asked_for_is_given(
    query: str, body: object, ids: list[str], control: httpx.AsyncClient, seeded: Mapping[str, Document]
) -> None:
    assert ids_in((await control.post(f"{FEED}?{query}", json=body)).json()) == ids


@pytest.mark.parametrize(
    "query",
    [
        "since=nonsense", "style=both", "feed=often", "limit=-1", "filter=_doc_ids", "filter=_selector", "heartbeat=x",
        "timeout=x", "descending=true&feed=continuous", "filter=_doc_ids&doc_ids=5", "descending=maybe",
    ],
)  # fmt: skip
async def test_a_feed_that_makes_no_sense_is_refused(query: str, control: httpx.AsyncClient) -> None:
    answer = await control.get(f"{FEED}?{query}")
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


async def test_a_wrong_selector_is_refused(control: httpx.AsyncClient) -> None:
    answer = await control.post(f"{FEED}?filter=_selector", json={"selector": {"a": {"$near": 1}}})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_operator")


async def test_too_many_ids_are_refused(control: httpx.AsyncClient) -> None:
    answer = await control.post(f"{FEED}?filter=_doc_ids", json={"doc_ids": ["x"] * 10_001})
    assert answer.status_code == 400


async def test_a_long_poll_waits_for_the_first_visible_row(
    client: Callable[..., httpx.AsyncClient], store: Store, nursery: trio.Nursery
) -> None:
    found = []

    async def poll() -> None:
        answer = await client("browser").get(f"{FEED}?feed=longpoll&since=now&heartbeat=1000")
        found.append(answer.json())

    async with trio.open_nursery() as waiting:
        waiting.start_soon(poll)
        await trio.sleep(0.1)
        await put(store, "widget::unseen")
        await trio.sleep(0.1)
        assert not found
        await put(store, "label_rule::seen")
    [page] = found
    assert ids_in(page) == ["label_rule::seen"]
    assert page["last_seq"].startswith("2-")


async def test_a_long_poll_ends_empty_after_its_timeout(control: httpx.AsyncClient) -> None:
    with trio.fail_after(30):
        page = (await control.get(f"{FEED}?feed=longpoll&timeout=150")).json()
    assert (page["results"], page["pending"]) == ([], 0)


async def test_a_continuous_feed_gives_a_line_for_each_change(feed: OpenFeed, store: Store) -> None:
    await put(store, "one")
    async with feed("control", "feed=continuous&heartbeat=1000") as next_line:
        assert (await next_row(next_line))["id"] == "one"
        with trio.fail_after(30):
            await put(store, "two")
            assert (await next_row(next_line))["id"] == "two"


@pytest.mark.patient
async def test_a_heartbeat_shows_that_the_server_is_there(feed: OpenFeed) -> None:
    """One a second at most, whatever is asked for."""
    async with feed("control", "feed=continuous&heartbeat=1") as next_line:
        started = trio.current_time()
        with trio.fail_after(30):
            assert [await next_line(), await next_line()] == ["", ""]
        assert trio.current_time() - started > 0.9


async def test_no_feed_stays_open_for_ever(control: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosaicfs_control.routes.changes.OPEN_S", 0.2)
    with trio.fail_after(30):
        feed = await control.get(f"{FEED}?feed=continuous&heartbeat=60000")
    assert "last_seq" in feed.text


async def test_a_continuous_feed_ends_at_its_limit_and_at_its_timeout(control: httpx.AsyncClient, store: Store) -> None:
    await put(store, "one")
    await put(store, "two")
    for query in ("limit=1&heartbeat=true", "timeout=100&since=1"):
        lines = [line for line in (await control.get(f"{FEED}?feed=continuous&{query}")).text.split("\n") if line]
        assert len(lines) == 2
        assert msgspec.json.decode(lines[1]).keys() == {"last_seq", "pending"}


async def test_the_stop_of_the_server_ends_a_feed_with_its_last_line(
    feed: OpenFeed, url: str, servers: dict[str, Callable[[], Awaitable[None]]], store: Store
) -> None:
    await put(store, "one")
    async with feed("control", "feed=continuous&heartbeat=60000") as next_line:
        await next_row(next_line)
        with trio.fail_after(30):
            await servers[url]()
            assert (await next_row(next_line))["last_seq"].startswith("1-")
            with pytest.raises(EOFError):
                await next_line()


@pytest.mark.patient
async def test_a_client_that_reads_no_more_does_not_hold_up_the_stop(
    feed: OpenFeed, url: str, servers: dict[str, Callable[[], Awaitable[None]]], store: Store
) -> None:
    body = msgspec.json.encode({"text": "x" * 500_000, "type": "widget"})
    docs = [Document(f"w{n}", "1-aa", body, path=("aa",)) for n in range(60)]
    await store.write(docs, writer=UPSTREAM, new_edits=False)
    async with feed("control", "feed=continuous&include_docs=true"):
        await trio.sleep(0.2)
        with trio.fail_after(30):
            await servers[url]()


async def test_a_node_has_eight_requests_at_once_and_a_lost_client_gives_its_place_back(
    feed: OpenFeed, client: Callable[..., httpx.AsyncClient]
) -> None:
    node = client("node:node-a")
    async with AsyncExitStack() as feeds:
        for _ in range(8):
            next_line = await feeds.enter_async_context(feed("node:node-a", "feed=continuous&heartbeat=60000"))
            await next_line()
        refused = await node.get("/mosaicfs")
        assert (refused.status_code, refused.json()["error"]) == (429, "too_many_requests")
        assert refused.headers["retry-after"] == "1"
        assert (await client("node:node-b").get("/mosaicfs")).status_code == 200
    with trio.fail_after(30):
        while (await node.get("/mosaicfs")).status_code == 429:  # noqa: ASYNC110 - nothing tells when a place is free
            await trio.sleep(0.02)


async def lines_to_the_end(next_line: Callable[[], Awaitable[str]]) -> int:
    """How many there were, whether the end was in order or the connection's."""
    for count in itertools.count():
        try:
            await next_line()
        except (EOFError, h11.RemoteProtocolError):
            return count
    raise AssertionError


@pytest.mark.parametrize("query", ["feed=continuous&heartbeat=60000", "feed=longpoll&heartbeat=60000&since=now"])
async def test_attack_13_the_open_feed_of_a_node_that_is_disabled_ends(
    query: str, feed: OpenFeed, endings: Endings
) -> None:
    async with feed("node:node-a", query) as next_line, feed("node:node-b", query) as others:
        await next_line()
        await others()
        endings.end_all_of("node-a")
        with trio.fail_after(30):
            await lines_to_the_end(next_line)
        with trio.move_on_after(0.2) as quiet:
            while True:
                await others()
        assert quiet.cancelled_caught


async def test_attack_13_a_long_answer_is_cut_when_its_node_is_disabled(
    feed: OpenFeed, endings: Endings, store: Store
) -> None:
    body = msgspec.json.encode({"text": "x" * 500_000, "type": "widget", "node_id": "node-a"})
    docs = [Document(f"w{n:02}", "1-aa", body, path=("aa",)) for n in range(24)]
    await store.write(docs, writer=UPSTREAM, new_edits=False)
    async with feed("node:node-a", "feed=normal&include_docs=true") as next_line:
        await next_line()
        endings.end_all_of("node-a")
        with trio.fail_after(10):
            lines = await lines_to_the_end(next_line)
    assert lines < 24
