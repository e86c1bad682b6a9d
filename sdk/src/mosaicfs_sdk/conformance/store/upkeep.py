"""What keeps a store healthy: who it is, forgetting without a trace, copies, looking over."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

from mosaicfs.model.document import Document, Wanted
from mosaicfs.model.role import BROWSER, CONTROL, UPSTREAM, Role, node_role
from mosaicfs.model.store import Find, Store
from mosaicfs_sdk.conformance.store.opened import OpenStore
from mosaicfs_sdk.conformance.store.reference import random_history
from mosaicfs_sdk.conformance.store.samples import note, replicated


def number(seq: str) -> int:
    return int(seq.partition("-")[0])


async def arrive(store: Store, *docs: Document) -> None:
    assert not [row for row in await store.write(docs, writer=UPSTREAM, new_edits=False) if row.error]


async def leaves(store: Store, doc_id: str) -> set[str]:
    (opened,) = await store.open_revs([Wanted(doc_id)])
    return {leaf.rev for leaf in opened if isinstance(leaf, Document)}


class UpkeepTests(OpenStore):
    async def test_a_new_store_is_empty_and_has_a_name(self, store: Store) -> None:
        info = await store.info()
        assert re.fullmatch("[0-9a-f]{32}", info.uuid)
        assert re.fullmatch("[0-9a-f]{8}", info.epoch)
        assert (info.live, info.deleted, number(info.purge_seq)) == (0, 0, 0)
        assert info.update_seq == (await store.changes("0", 10)).last_seq

    async def test_a_role_counts_only_what_it_may_read(self, store: Store) -> None:
        ids = ("dir::root", "file::a", "node::a", "plugin::a::x", "plugin::b::x", "status::a", "credential::a", "odd")
        await arrive(store, *(replicated(doc_id, 1, "x") for doc_id in ids))
        await arrive(store, replicated("node::b", 1, "x", deleted=True), replicated("file::b", 1, "x", deleted=True))
        assert await self._counted(store, CONTROL) == (8, 2)
        assert await self._counted(store, BROWSER) == (5, 1)
        assert await self._counted(store, node_role("a")) == (6, 2)
        await arrive(store, replicated("node::a", 2, "y", "x", deleted=True), replicated("status::b", 1, "x"))
        assert await self._counted(store, CONTROL) == (8, 3)
        assert await self._counted(store, BROWSER) == (5, 2)
        assert await self._counted(store, node_role("a")) == (5, 3)

    async def _counted(self, store: Store, role: Role) -> tuple[int, int]:
        info = await store.info(role)
        return info.live, info.deleted

    async def test_what_was_written_is_there_after_opening_again(self, tmp_path: Path) -> None:
        async with self.open_store(tmp_path) as store:
            await arrive(store, replicated("note::x", 2, "b", "a", n=1), replicated("note::x", 2, "c", "a", n=2))
            await store.local_put("node:a", "x", b"{}")
            before, info = await store.get("note::x"), await store.info()
            page = await store.changes("0", 10)
        async with self.open_store(tmp_path) as store:
            assert await store.get("note::x") == before
            assert await store.changes("0", 10) == page
            again = await store.info()
            assert (again.uuid, again.epoch, again.update_seq) == (info.uuid, info.epoch, info.update_seq)
            assert await store.local_get("node:a", "x") is not None

    async def test_a_dropped_document_leaves_no_trace(self, store: Store) -> None:
        await arrive(store, replicated("note::a", 1, "x"), replicated("note::b", 2, "y", "x", n=1))
        seq = (await store.changes("0", 10)).rows[-1].seq
        await store.drop("note::b")
        assert await store.get("note::b") is None
        assert [row.id for row in (await store.changes("0", 10)).rows] == ["note::a"]
        assert (await store.find(Find({"n": 1}))).documents == []
        assert await store.revs_diff({"note::b": ["1-x"]}) != {}
        assert number((await store.info()).purge_seq) >= number(seq)
        assert (await store.info()).live == 1

    async def test_a_dropped_document_may_come_again(self, store: Store) -> None:
        await arrive(store, replicated("note::a", 2, "y", "x"))
        end = (await store.changes("0", 10)).last_seq
        await store.drop("note::a")
        await arrive(store, replicated("note::a", 1, "x"))
        assert await leaves(store, "note::a") == {"1-x"}
        assert [row.id for row in (await store.changes(end, 10)).rows] == ["note::a"]

    async def test_a_dropped_leaf_gives_way_to_the_others(self, store: Store) -> None:
        await arrive(store, replicated("note::a", 2, "y", "x", n=1), replicated("note::a", 2, "z", "x", n=2))
        end = (await store.changes("0", 10)).last_seq
        await store.drop("note::a", ["2-z"])
        assert await leaves(store, "note::a") == {"2-y"}
        found = await store.get("note::a")
        assert found is not None
        assert (found.rev, found.body) == ("2-y", b'{"n":1,"type":"note"}')
        assert [row.revs for row in (await store.changes(end, 10)).rows] == [("2-y",)]
        assert [doc.rev for doc in (await store.find(Find({"n": 1}))).documents] == ["2-y"]

    async def test_to_drop_what_is_not_there_changes_nothing(self, store: Store) -> None:
        await arrive(store, replicated("note::a", 2, "y", "x"))
        before = await store.info()
        await store.drop("note::none")
        await store.drop("note::a", ["7-q"])
        after = await store.info()
        assert (after.update_seq, after.purge_seq) == (before.update_seq, before.purge_seq)
        assert await leaves(store, "note::a") == {"2-y"}

    async def test_nothing_is_wrong_with_a_store_after_random_writes(self, store: Store) -> None:
        await self._random_writes(store)
        assert await store.check() == []
        assert await store.check(deep=True) == []

    async def test_making_room_loses_nothing(self, store: Store) -> None:
        await self._random_writes(store)
        before = await store.changes("0", 100, bodies=True)
        await store.compact()
        assert await store.changes("0", 100, bodies=True) == before

    async def test_a_backup_is_a_store_of_its_own(self, store: Store, tmp_path: Path) -> None:
        await self._random_writes(store)
        await store.write([note("note::later", n=1)], writer=CONTROL)
        rows = (await store.changes("0", 100)).rows
        await store.backup(tmp_path / "copy")
        await store.write([note("note::after")], writer=CONTROL)
        async with self.open_backup(tmp_path / "copy") as copy:
            copied = (await copy.changes("0", 100)).rows
            assert [row.id for row in copied] == [row.id for row in rows]
            assert [sorted(row.revs) for row in copied] == [sorted(row.revs) for row in rows]
            for row in rows:
                copied_doc, doc = await copy.get(row.id), await store.get(row.id)
                assert copied_doc is not None
                assert doc is not None
                assert copied_doc._replace(seq="") == doc._replace(seq="")

    async def _random_writes(self, store: Store) -> None:
        for seed in range(5):
            history = random_history(Random(seed), 8)
            docs = [
                replicated(f"note::{seed}", one.generation, *one.path(), deleted=one.deleted, n=one.hash)
                for one in history
            ]
            await arrive(store, *docs)
