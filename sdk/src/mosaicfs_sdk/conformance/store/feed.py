"""The changes feed: whoever follows it from the beginning ends with the winners, however often it is interrupted."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
import trio

from mosaicfs.errors import BadQueryError
from mosaicfs.model.document import Document
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs_sdk.conformance.store.opened import OpenStore
from mosaicfs_sdk.conformance.store.samples import note, replicated

SOON_S = 5.0


async def wrote(store: Store, *docs: Document) -> list[str]:
    rows = await store.write(docs, writer=CONTROL)
    assert not [row for row in rows if row.error]
    return [row.rev for row in rows]


async def random_edit(store: Store, random: Random) -> None:
    doc_id = f"note::{random.randrange(15)}"
    (present,) = await store.get_many([doc_id])
    rev = present.rev if present is not None else ""
    await wrote(store, note(doc_id, rev, deleted=random.random() < 0.2 and bool(rev), n=random.random()))


class FeedTests(OpenStore):
    async def test_a_document_is_in_the_feed_once_at_its_last_change(self, store: Store) -> None:
        first, _, _ = await wrote(store, note("note::a"), note("note::b"), note("note::c"))
        (second,) = await wrote(store, note("note::a", first, n=2))
        page = await store.changes("0", 100)
        assert [(row.id, row.deleted) for row in page.rows] == [
            ("note::b", False),
            ("note::c", False),
            ("note::a", False),
        ]
        assert page.rows[-1].revs == (second,)
        assert (page.last_seq, page.pending) == (page.rows[-1].seq, 0)
        assert page.last_seq == (await store.info()).update_seq

    async def test_a_document_knows_the_sequence_of_its_last_change(self, store: Store) -> None:
        leaves = [replicated("note::x", 2, "b", "a"), replicated("note::x", 2, "z", "a"), replicated("note::y", 1, "a")]
        await store.write(leaves, writer=CONTROL, new_edits=False)
        for row in (await store.changes("0", 10)).rows:
            for rev in row.revs:
                found = await store.get(row.id, rev)
                assert found is not None
                assert found.seq == row.seq

    @pytest.mark.parametrize("seed", range(4))
    async def test_following_with_any_page_size_ends_with_the_winners(self, store: Store, seed: int) -> None:
        random = Random(seed)
        seen: dict[str, tuple[str, bool]] = {}
        since = "0"
        for _ in range(20):
            for _ in range(random.randrange(4)):
                await random_edit(store, random)
            page = await store.changes(since, random.randrange(1, 5))
            seen |= {row.id: (row.revs[0], row.deleted) for row in page.rows}
            since = page.last_seq
        while (page := await store.changes(since, random.randrange(1, 5))).rows:
            seen |= {row.id: (row.revs[0], row.deleted) for row in page.rows}
            since = page.last_seq
        winners = [doc for doc in await store.get_many(list(seen)) if doc is not None]
        assert seen == {doc.id: (doc.rev, doc.deleted) for doc in winners}
        info = await store.info()
        assert len(seen) == info.live + info.deleted

    async def test_a_page_says_how_much_may_come_after_it(self, store: Store) -> None:
        await wrote(store, *(note(f"note::{number}") for number in range(5)))
        page = await store.changes("0", 2)
        assert (len(page.rows), page.last_seq) == (2, page.rows[-1].seq)
        assert page.pending >= 3
        rest = await store.changes(page.last_seq, 10)
        assert [row.id for row in rest.rows] == ["note::2", "note::3", "note::4"]
        assert rest.pending == 0

    async def test_the_end_of_the_feed_stays_the_end(self, store: Store) -> None:
        await wrote(store, note("note::a"))
        end = (await store.changes("0", 10)).last_seq
        for since in (end, "now"):
            page = await store.changes(since, 10)
            assert (page.rows, page.pending) == ([], 0)
            await wrote(store, note(f"note::after {since}"))
            assert (await store.changes(page.last_seq, 10)).rows[0].id == f"note::after {since}"

    async def test_a_limit_of_nothing_counts_as_one(self, store: Store) -> None:
        await wrote(store, note("note::a"), note("note::b"))
        assert [row.id for row in (await store.changes("0", 0)).rows] == ["note::a"]

    async def test_another_epoch_counts_as_the_beginning(self, store: Store) -> None:
        await wrote(store, note("note::a"), note("note::b"))
        info = await store.info()
        foreign = info.update_seq.replace(info.epoch, "00000000" if info.epoch != "00000000" else "11111111")
        assert len((await store.changes(foreign, 10)).rows) == 2

    async def test_a_number_beyond_the_end_counts_as_the_beginning(self, store: Store) -> None:
        await wrote(store, note("note::a"), note("note::b"))
        info = await store.info()
        number = info.update_seq.partition("-")[0]
        beyond = info.update_seq.replace(number, "999999", 1)
        assert len((await store.changes(beyond, 10)).rows) == 2
        assert len((await store.changes("999999", 10)).rows) == 2

    async def test_a_bare_number_misses_nothing(self, store: Store) -> None:
        await wrote(store, note("note::a"), note("note::b"), note("note::c"))
        page = await store.changes("0", 1)
        rows = (await store.changes(page.last_seq.partition("-")[0], 10)).rows
        assert {"note::b", "note::c"} <= {row.id for row in rows}

    @pytest.mark.parametrize("since", ["", "x", "-1", "1.5", "later", "null"])
    async def test_what_is_no_sequence_is_refused(self, store: Store, since: str) -> None:
        with pytest.raises(BadQueryError) as refused:
            await store.changes(since, 10)
        assert refused.value.code == "bad_request"

    async def test_backwards_the_newest_comes_first_and_since_is_ignored(self, store: Store) -> None:
        await wrote(store, *(note(f"note::{number}") for number in range(5)))
        page = await store.changes("now", 2, descending=True)
        assert [row.id for row in page.rows] == ["note::4", "note::3"]

    async def test_bodies_are_those_of_the_winners_tombstones_too(self, store: Store) -> None:
        rev, _ = await wrote(store, note("note::a", n=1), note("note::b", n=2))
        await wrote(store, note("note::a", rev, deleted=True, n=3))
        documents = {row.id: row.document for row in (await store.changes("0", 10, bodies=True)).rows}
        assert documents["note::b"] == (await store.get_many(["note::b"]))[0]
        gone = documents["note::a"]
        assert gone is not None
        assert (gone.deleted, gone.body) == (True, b'{"n":3,"type":"note"}')
        assert all(row.document is None for row in (await store.changes("0", 10)).rows)

    async def test_a_row_names_all_leaves_and_speaks_of_the_winner(self, store: Store) -> None:
        leaves = [
            replicated("note::x", 9, "c", "a", deleted=True),
            replicated("note::x", 2, "b", "a"),
            replicated("note::x", 2, "z", "a"),
        ]
        await store.write(leaves, writer=CONTROL, new_edits=False)
        (row,) = (await store.changes("0", 10)).rows
        assert (row.revs[0], row.deleted) == ("2-z", False)
        assert sorted(row.revs) == ["2-b", "2-z", "9-c"]

    async def test_a_new_branch_that_loses_is_a_change(self, store: Store) -> None:
        await store.write([replicated("note::x", 3, "c", "b", "a")], writer=CONTROL, new_edits=False)
        since = (await store.changes("0", 10)).last_seq
        await store.write([replicated("note::x", 2, "z", "a")], writer=CONTROL, new_edits=False)
        (row,) = (await store.changes(since, 10)).rows
        assert row.revs == ("3-c", "2-z")

    async def test_a_wait_ends_at_once_where_there_is_something(self, store: Store) -> None:
        await wrote(store, note("note::a"))
        with trio.fail_after(SOON_S):
            assert await store.wait_until_changed("0", 60)

    async def test_a_wait_ends_with_its_time(self, store: Store) -> None:
        await wrote(store, note("note::a"))
        end = (await store.changes("0", 10)).last_seq
        assert not await store.wait_until_changed(end, 0.05)
        assert not await store.wait_until_changed("now", 0.05)

    async def test_a_write_wakes_everybody_who_waits(self, store: Store) -> None:
        end = (await store.changes("0", 10)).last_seq
        woken: list[str] = []

        async def wait(since: str) -> None:
            assert await store.wait_until_changed(since, 60)
            woken.append(since)

        with trio.fail_after(SOON_S):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(wait, end)
                nursery.start_soon(wait, "now")
                await trio.sleep(0.1)
                await wrote(store, note("note::a"))
        assert sorted(woken) == sorted([end, "now"])

    async def test_a_wait_that_is_cancelled_leaves_the_store_as_it_was(self, store: Store) -> None:
        end = (await store.changes("0", 10)).last_seq
        for _ in range(3):
            with trio.move_on_after(0.02):
                await store.wait_until_changed(end, 60)
        await wrote(store, note("note::a"))
        with trio.fail_after(SOON_S):
            assert await store.wait_until_changed(end, 60)

    async def test_a_write_elsewhere_wakes_who_waits_here(self, store: Store, tmp_path: Path) -> None:
        end = (await store.changes("0", 10)).last_seq
        with trio.fail_after(SOON_S):
            async with self.open_store(tmp_path) as other, trio.open_nursery() as nursery:
                nursery.start_soon(store.wait_until_changed, end, 60)
                await trio.sleep(0.1)
                await wrote(other, note("note::a"))
        assert [row.id for row in (await store.changes(end, 10)).rows] == ["note::a"]
