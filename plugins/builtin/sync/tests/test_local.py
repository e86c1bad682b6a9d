"""A store of this machine as a peer: what it gives out, and how it waits."""

from pathlib import Path

import trio

from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.document import ChangeRow, Document
from mosaicfs.model.role import CONTROL, UPSTREAM
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sync.local import LocalPeer


async def noted(store: MemoryStore, first: int, count: int) -> None:
    docs = [Document(f"note::{n:04}", "", b'{"type":"note"}') for n in range(first, first + count)]
    await store.write(docs, writer=CONTROL)


def odd(row: ChangeRow) -> bool:
    assert row.document is not None
    return int(row.id[-1]) % 2 == 1


def owned(name: str, owner: str) -> Document:
    return Document(f"note::{name}", "1-a", b'{"node_id":"%s","type":"note"}' % owner.encode())


def of_the_desk(row: ChangeRow) -> bool:
    return row.document is not None and b'"node-desk"' in row.document.body


async def test_only_chosen_rows_are_given_out_and_an_empty_page_is_the_end() -> None:
    store = MemoryStore()
    await noted(store, 0, 40)
    peer = LocalPeer(store, chosen=odd)
    since, seen = "0", list[str]()
    while (page := await peer.changes(since, 1, wait=False)).rows:
        seen += [row.id for row in page.rows]
        since = page.last_seq
    assert seen == [f"note::{n:04}" for n in range(1, 40, 2)]
    assert page.last_seq == (await store.info()).update_seq


async def test_what_names_others_is_passed_over_by_a_store_that_can(tmp_path: Path) -> None:
    """Wherever it came from, and although a page of the others lies before it."""
    async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store:
        pull, push = LocalPeer(store, role=UPSTREAM), LocalPeer(store, chosen=of_the_desk, naming="node-desk")
        await pull.write([owned("a", "node-nas"), owned("b", "node-desk"), owned("c", "node-desktop")])
        await store.write([owned("d", "node-desk")._replace(rev="")], writer=CONTROL)
        page = await push.changes("0", 100, wait=False)
        assert [row.id for row in page.rows] == ["note::b", "note::d"]
        await pull.write([owned("e", "node-nas")])
        page = await push.changes(page.last_seq, 100, wait=True)
        assert (page.rows, page.last_seq) == ([], (await store.info()).update_seq)


async def test_a_wait_ends_with_the_next_commit(nursery: trio.Nursery) -> None:
    store = MemoryStore()
    await noted(store, 0, 3)
    peer = LocalPeer(store)
    since = (await peer.changes("0", 100, wait=False)).last_seq
    nursery.start_soon(noted, store, 7, 1)
    with trio.fail_after(30):
        page = await peer.changes(since, 100, wait=True)
    assert [row.id for row in page.rows] == ["note::0007"]


async def test_rows_that_are_there_are_not_waited_for() -> None:
    store = MemoryStore()
    await noted(store, 0, 3)
    with trio.fail_after(30):
        assert len((await LocalPeer(store).changes("0", 100, wait=True)).rows) == 3


async def test_a_checkpoint_replaces_the_one_before() -> None:
    peer = LocalPeer(MemoryStore())
    assert await peer.local_get("c1") is None
    for body in (b'{"n":1}', b'{"n":2}'):
        await peer.local_put("c1", body)
    assert await peer.local_get("c1") == b'{"n":2}'
