"""The feed against the obvious model: all rows of the store, filtered."""

from __future__ import annotations

import msgspec
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.documents.changes import Feed, FeedQuery
from mosaicfs.documents.scoped import ScopedStore
from mosaicfs.errors import BadQueryError
from mosaicfs.model.document import ChangeRow, Document
from mosaicfs.model.role import BROWSER, CONTROL, UPSTREAM, Role, node_role
from mosaicfs_sdk.fakes.store import MemoryStore

NODE = node_role("node-a")
VISIBLE = {CONTROL: ("widget", "label_rule", "credential"), NODE: ("widget", "label_rule"), BROWSER: ("label_rule",)}

histories = st.lists(st.tuples(st.sampled_from(VISIBLE[CONTROL]), st.integers(0, 8)), max_size=40)
roles = st.sampled_from([CONTROL, NODE, BROWSER])


async def filled(history: list[tuple[str, int]]) -> MemoryStore:
    """Each entry writes its document anew, so later entries move rows to the end of the feed."""
    store = MemoryStore()
    for number, (kind, n) in enumerate(history):
        body = msgspec.json.encode({"n": n, "type": kind}, order="sorted")
        doc = Document(f"{kind}::{n}", f"1-{number:03}", body, path=(f"{number:03}",))
        await store.write([doc], writer=UPSTREAM, new_edits=False)
    return store


async def read_through(store: MemoryStore, role: Role, query: FeedQuery) -> list[list[ChangeRow]]:
    """Page after page as a client does, each begun where the one before stood."""
    pages: list[list[ChangeRow]] = []
    since = query.since
    while True:
        feed = Feed(ScopedStore(store, role), FeedQuery(since, query.limit, doc_ids=query.doc_ids))
        page: list[ChangeRow] = []
        while not (feed.full or feed.at_end):
            page += await feed.look()
        pages.append(page)
        since = feed.last_seq
        if not page:
            return pages


@given(histories, roles, st.integers(1, 7))
def test_following_pages_shows_every_visible_document_once(
    history: list[tuple[str, int]], role: Role, limit: int
) -> None:
    async def run() -> None:
        store = await filled(history)
        pages = await read_through(store, role, FeedQuery(limit=limit))
        rows = [row.id for page in pages for row in page]
        everything = await store.changes("0", 1000)
        assert rows == [row.id for row in everything.rows if row.id.partition("::")[0] in VISIBLE[role]]
        assert all(len(page) == limit for page in pages[:-2])

    trio.run(run)


@given(histories, roles, st.integers(1, 7), st.sets(st.integers(0, 8)))
def test_an_empty_page_always_means_the_end(
    history: list[tuple[str, int]], role: Role, limit: int, wanted: set[int]
) -> None:
    async def run() -> None:
        store = await filled(history)
        ids = frozenset(f"{kind}::{n}" for kind in VISIBLE[CONTROL] for n in wanted)
        pages = await read_through(store, role, FeedQuery(limit=limit, doc_ids=ids))
        found = {row.id for page in pages for row in page}
        assert found == {doc_id for doc_id in ids & store_ids(history) if doc_id.partition("::")[0] in VISIBLE[role]}

    trio.run(run)


def store_ids(history: list[tuple[str, int]]) -> set[str]:
    return {f"{kind}::{n}" for kind, n in history}


@given(histories, roles, st.integers(1, 7))
def test_backwards_is_the_feed_turned_round(history: list[tuple[str, int]], role: Role, limit: int) -> None:
    async def run() -> None:
        store = ScopedStore(await filled(history), role)
        forwards = await Feed(store, FeedQuery()).look()
        backwards = await Feed(store, FeedQuery(descending=True, limit=limit)).look()
        assert [row.id for row in backwards] == [row.id for row in forwards][::-1][:limit]

    trio.run(run)


@given(histories, st.integers(1, 7))
def test_pending_is_never_less_than_what_comes(history: list[tuple[str, int]], limit: int) -> None:
    async def run() -> None:
        store = ScopedStore(await filled(history), NODE)
        feed = Feed(store, FeedQuery(limit=limit))
        while not (feed.full or feed.at_end):
            await feed.look()
        rest = await Feed(store, FeedQuery(since=feed.last_seq)).look()
        assert len(rest) <= feed.pending

    trio.run(run)


async def test_a_tombstone_is_tested_by_its_own_body() -> None:
    store = await filled([])
    dead = Document("widget::1", "1-aa", b'{"node_id":"a","type":"widget"}', deleted=True, path=("aa",))
    await store.write([dead], writer=UPSTREAM, new_edits=False)
    for node_id, count in (("a", 1), ("b", 0)):
        assert len(await Feed(store, FeedQuery(selector={"node_id": node_id})).look()) == count


async def test_a_selector_that_is_none_is_refused_before_anything_is_read() -> None:
    with pytest.raises(BadQueryError):
        Feed(await filled([]), FeedQuery(selector={"a": {"$near": 1}}))


async def test_a_wait_ends_with_the_next_commit_and_holds_nothing_when_cancelled(nursery: trio.Nursery) -> None:
    store = await filled([("widget", 1)])
    feed = Feed(store, FeedQuery(since="now"))
    assert await feed.look() == []
    with trio.move_on_after(0.01):
        await feed.wait(10)
    assert not await feed.wait(0.01)
    nursery.start_soon(filled_more, store)
    with trio.fail_after(30):
        assert await feed.wait(60)
    assert [row.id for row in await feed.look()] == ["widget::9"]


async def filled_more(store: MemoryStore) -> None:
    await trio.sleep(0.02)
    await store.write([Document("widget::9", "1-aa", b"{}", path=("aa",))], writer=UPSTREAM, new_edits=False)
