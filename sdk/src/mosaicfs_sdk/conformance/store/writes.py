"""Writes: each row of the page's table, who is refused and with which word, and that no bad document harms another."""

from __future__ import annotations

import pytest

from mosaicfs import wire
from mosaicfs.model.document import Document, Written
from mosaicfs.model.role import BROWSER, CONTROL, MIRROR, UPSTREAM, node_role
from mosaicfs.model.store import Store
from mosaicfs_sdk.conformance.store.opened import OpenStore
from mosaicfs_sdk.conformance.store.samples import Fields, edit, note, replicated


async def put(store: Store, doc: Document) -> Written:
    (row,) = await store.write([doc], writer=CONTROL)
    return row


async def stored(store: Store, doc: Document) -> str:
    row = await put(store, doc)
    assert not row.error, row
    return row.rev


def generation(rev: str) -> int:
    return int(rev.partition("-")[0])


class WriteTests(OpenStore):
    async def test_an_unknown_document_begins_at_generation_one(self, store: Store) -> None:
        rev = await stored(store, note("note::x", n=1))
        assert generation(rev) == 1
        found = await store.get("note::x")
        assert found is not None
        assert found._replace(seq="") == Document("note::x", rev, b'{"n":1,"type":"note"}', path=(rev[2:],))

    async def test_an_edit_without_a_revision_grows_on_a_tombstone(self, store: Store) -> None:
        rev = await stored(store, note("note::x", n=1))
        gone = await stored(store, note("note::x", rev, deleted=True))
        back = await stored(store, note("note::x", n=2))
        found = await store.get("note::x")
        assert found is not None
        assert (generation(back), found.deleted) == (3, False)
        assert [f"{3 - depth}-{name}" for depth, name in enumerate(found.path)] == [back, gone, rev]

    async def test_an_edit_without_a_revision_of_a_live_document_is_a_conflict(self, store: Store) -> None:
        await put(store, note("note::x", n=1))
        assert (await put(store, note("note::x", n=2))).error == "conflict"

    async def test_an_edit_of_any_leaf_grows_on_it(self, store: Store) -> None:
        both = [replicated("note::x", 2, "b", "a", n=1), replicated("note::x", 2, "c", "a", n=2)]
        await store.write(both, writer=CONTROL, new_edits=False)
        rev = await stored(store, note("note::x", "2-b", n=3))
        found = await store.get("note::x")
        assert found is not None
        assert (found.rev, found.path[1:], found.conflicts) == (rev, ("b", "a"), ("2-c",))

    @pytest.mark.parametrize("rev", ["1-a", "2-zzz", "7-a"])
    async def test_an_edit_of_what_is_no_leaf_is_a_conflict(self, store: Store, rev: str) -> None:
        await store.write([replicated("note::x", 2, "b", "a")], writer=CONTROL, new_edits=False)
        row = await put(store, note("note::x", rev, n=3))
        assert (row.id, row.error, row.reason) == ("note::x", "conflict", "Document update conflict.")
        assert (await put(store, note("note::unknown", rev))).error == "conflict"

    async def test_an_id_twice_in_one_request_is_judged_in_order(self, store: Store) -> None:
        rows = await store.write([note("note::x", n=1), note("note::x", n=2), note("note::y")], writer=CONTROL)
        assert [row.error for row in rows] == ["", "conflict", ""]
        rows = await store.write(
            [note("note::x", rows[0].rev, deleted=True), note("note::x", n=3), note("note::x", n=4)], writer=CONTROL
        )
        assert [row.error for row in rows] == ["", "", "conflict"]

    async def test_a_body_that_is_there_already_is_not_written_again(self, store: Store) -> None:
        rev = await stored(store, note("note::x", n=1))
        before = await store.info()
        assert await stored(store, note("note::x", rev, n=1)) == rev
        assert (await store.info()).update_seq == before.update_seq

    async def test_a_tombstone_keeps_the_fields_it_was_written_with(self, store: Store) -> None:
        rev = await stored(store, note("note::x", n=1, more="x"))
        gone = await stored(store, note("note::x", rev, deleted=True, n=1))
        (found,) = await store.get_many(["note::x"])
        assert found == Document("note::x", gone, b'{"n":1,"type":"note"}', deleted=True)

    async def test_a_body_comes_back_byte_for_byte(self, store: Store) -> None:
        fields: Fields = {
            "type": "note",
            "ä\U0001f600": "\u2028\x00\x7f",
            "tiny": 1e-07,
            "big": 2**53 - 1,
            "deep": [[{"x": [None, -0.5]}]],
        }
        doc = edit(("note::ü/x", fields))
        await put(store, doc)
        (found,) = await store.get_many([doc.id])
        assert found is not None
        assert found.body == doc.body

    @pytest.mark.parametrize("new_edits", [True, False])
    async def test_a_bad_document_harms_no_other(self, store: Store, new_edits: bool) -> None:
        docs = [
            replicated("note::a", 1, "x"),
            Document("file::1", "1-x", b'{"type":"file"}', path=("x",)),
            Document("note::b", "1-x", b'{"_odd":1,"type":"note"}', path=("x",)),
            replicated("_design/x", 1, "x"),
            replicated("note::c", 1, "x"),
        ]
        if new_edits:
            docs = [doc._replace(rev="", path=()) for doc in docs]
        rows = await store.write(docs, writer=CONTROL, new_edits=new_edits)
        assert [row.id for row in rows] == [doc.id for doc in docs]
        assert [row.error for row in rows] == ["", "doc_validation", "doc_validation", "forbidden", ""]
        assert all(row.reason for row in rows if row.error)
        assert [row.id for row in (await store.changes("0", 10)).rows] == ["note::a", "note::c"]

    async def test_what_is_wrong_is_named(self, store: Store) -> None:
        (row,) = await store.write([Document("file::1", "", b'{"type":"file"}')], writer=CONTROL)
        assert "file::1" in row.reason
        (row,) = await store.write([note("note::x", "odd")], writer=CONTROL)
        assert row.error
        (row,) = await store.write([note("note::x", "odd")], writer=CONTROL, new_edits=False)
        assert row.error

    async def test_a_document_that_is_too_large_is_refused_alone(self, store: Store) -> None:
        rows = await store.write([note("note::x", text="x" * 8_000_000), note("note::y")], writer=CONTROL)
        assert [row.error for row in rows] == ["document_too_large", ""]

    async def test_each_role_writes_only_what_is_its_own(self, store: Store) -> None:
        mine = wire.canonical({"type": "thing", "node_id": "node-a"})
        doc = Document("thing::x", "", mine)
        refused = [await store.write([doc], writer=writer) for writer in (BROWSER, MIRROR, node_role("node-b"))]
        assert [row.error for (row,) in refused] == ["forbidden"] * 3
        (row,) = await store.write([doc], writer=node_role("node-a"))
        assert not row.error
        theirs = Document("thing::x", row.rev, wire.canonical({"type": "thing", "node_id": "node-b"}))
        (refusal,) = await store.write([theirs], writer=node_role("node-b"))
        assert refusal.error == "forbidden"

    async def test_a_pull_task_is_asked_for_structure_alone(self, store: Store) -> None:
        from_server = Document("file::1", "1-x", b'{"type":"file"}', path=("x",))
        (row,) = await store.write([from_server], writer=UPSTREAM, new_edits=False)
        assert not row.error
        (found,) = await store.get_many(["file::1"])
        assert found is not None

    async def test_a_large_batch_is_written_whole_and_in_order(self, store: Store) -> None:
        docs = [note(f"note::{number:04}", n=number) for number in range(1_200)]
        rows = await store.write(docs, writer=CONTROL)
        assert [row.id for row in rows if not row.error] == [doc.id for doc in docs]
        assert (await store.info()).live == len(docs)

    async def test_nothing_to_write_is_no_trouble(self, store: Store) -> None:
        assert await store.write([], writer=CONTROL) == []
