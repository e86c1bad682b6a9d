"""Mango queries: what a selector accepts is found on every way there is, page by page, once."""

from __future__ import annotations

import json
from random import Random

import pytest

from mosaicfs.documents.selector import collation_key, parse
from mosaicfs.errors import BadQueryError
from mosaicfs.model.document import Document
from mosaicfs.model.json import JsonObject
from mosaicfs.model.role import BROWSER, CONTROL, UPSTREAM
from mosaicfs.model.store import Find, IdRange, Store
from mosaicfs_sdk.conformance.store.opened import OpenStore
from mosaicfs_sdk.conformance.store.samples import edit, note, random_sample, replicated

SELECTORS: tuple[JsonObject, ...] = (
    {},
    {"type": "file"},
    {"type": {"$in": ["file", "label_assignment"]}, "size": {"$gt": 1}},
    {"type": "file", "source.node_id": "node-a", "status": "active"},
    {"type": "file", "source": {"export_path": {"$regex": "^/x/"}}},
    {"type": "file", "name": {"$gte": "a", "$lt": "c"}},
    {"type": "recipe"},
    {"type": "no such thing"},
    {"_id": {"$gt": "annotation::", "$lte": "file::z"}},
    {"_id": "recipe::1"},
    {"$or": [{"type": "node"}, {"labels": {"$in": ["work"]}}]},
    {"digest": {"$exists": False}, "type": "file"},
    {"$nor": [{"type": "file"}, {"enabled": True}]},
    {"labels": {"$all": ["work"]}},
    {"data.deep.n": {"$ne": 1}},
    {"availability": {"$elemMatch": {"node_id": "node-a"}}},
    {"last_access": {"$gt": None}},
)


async def fill(store: Store, seed: int, size: int = 60) -> list[Document]:
    """Live winners, after random writes with losers and tombstones among them."""
    random = Random(seed)
    samples = dict(random_sample(random) for _ in range(size))
    rows = await store.write([edit(sample) for sample in samples.items()], writer=CONTROL)
    assert not [row for row in rows if row.error]
    gone = random.sample([row for row in rows if not row.id.startswith("recipe")], 4)
    await store.write([Document(row.id, row.rev, b"{}", deleted=True) for row in gone], writer=CONTROL)
    losing = [Document(row.id, "1-0", b'{"type":"lost"}', path=("0",)) for row in rows[:5]]
    await store.write(losing, writer=UPSTREAM, new_edits=False)
    found = await store.get_many([row.id for row in rows])
    return sorted(doc for doc in found if doc is not None and not doc.deleted)


def accepted(docs: list[Document], selector: JsonObject) -> list[str]:
    matcher = parse(selector)
    return [doc.id for doc in docs if matcher(json.loads(doc.body) | {"_id": doc.id, "_rev": doc.rev})]


async def all_pages(store: Store, query: Find) -> list[str]:
    ids: list[str] = []
    while True:
        page = await store.find(query)
        ids += [doc.id for doc in page.documents]
        if len(page.documents) < query.limit:
            return ids
        query = query._replace(bookmark=page.bookmark)


class QueryTests(OpenStore):
    @pytest.mark.parametrize("seed", range(2))
    async def test_a_query_finds_what_the_selector_accepts_in_the_order_of_ids(self, store: Store, seed: int) -> None:
        docs = await fill(store, seed)
        for selector in SELECTORS:
            found = await store.find(Find(selector, limit=1_000))
            assert [doc.id for doc in found.documents] == accepted(docs, selector), selector
            assert not found.warning
            assert {doc.id: doc.body for doc in docs}.items() >= {doc.id: doc.body for doc in found.documents}.items()

    async def test_pages_give_every_row_once(self, store: Store) -> None:
        docs = await fill(store, 7)
        for limit in (1, 3, 10):
            for descending in (False, True):
                for sort in ((), (("_id", descending),), (("status", descending), ("size", descending))):
                    found = await all_pages(store, Find({"type": "file"}, limit=limit, sort=sort))
                    assert sorted(found) == accepted(docs, {"type": "file"}), sort

    async def test_rows_are_sorted_by_the_fields_then_by_id(self, store: Store) -> None:
        docs = await fill(store, 3)
        bodies = {doc.id: json.loads(doc.body) for doc in docs}

        def key(doc_id: str) -> tuple[object, str]:
            return collation_key(bodies[doc_id].get("size", ...)), doc_id

        for descending in (False, True):
            found = await store.find(Find({}, limit=1_000, sort=(("size", descending),)))
            ids = [doc.id for doc in found.documents]
            assert ids == sorted(ids, key=key, reverse=descending)
            assert found.warning

    async def test_a_nested_field_sorts_too_and_skips_are_counted_behind_the_bookmark(self, store: Store) -> None:
        await store.write([note(f"note::{n}", deep={"n": -n}) for n in range(6)], writer=CONTROL)
        query = Find({"type": "note"}, limit=2, skip=1, sort=(("deep.n", False),))
        first = await store.find(query)
        assert [doc.id for doc in first.documents] == ["note::4", "note::3"]
        second = await store.find(query._replace(bookmark=first.bookmark))
        assert [doc.id for doc in second.documents] == ["note::1", "note::0"]

    async def test_the_end_has_no_bookmark(self, store: Store) -> None:
        await store.write([note("note::a")], writer=CONTROL)
        assert (await store.find(Find({"type": "x"}))).bookmark == "nil"
        page = await store.find(Find({}))
        assert page.bookmark not in {"", "nil"}
        last = await store.find(Find({}, bookmark=page.bookmark))
        assert (last.documents, last.bookmark) == ([], "nil")

    async def test_only_the_fields_asked_for_are_shown(self, store: Store) -> None:
        await store.write(
            [edit(("note::a", {"n": 1, "deep": {"x": 1, "y": 2}, "type": "note", "a.b": 3}))], writer=CONTROL
        )
        page = await store.find(Find({}, fields=("_id", "n", "deep.x", "a\\.b", "none")))
        (doc,) = page.documents
        assert (doc.id, doc.body) == ("note::a", b'{"a.b":3,"deep":{"x":1},"n":1}')

    async def test_a_role_finds_only_what_it_may_read(self, store: Store) -> None:
        docs = await fill(store, 5)
        found = await store.find(Find({"type": {"$in": ["file", "node", "credential"]}}, limit=1_000), role=BROWSER)
        assert [doc.id for doc in found.documents] == accepted(docs, {"type": "node"})
        assert not (await store.find(Find({}), role=UPSTREAM)).documents

    async def test_losers_and_tombstones_are_not_found(self, store: Store) -> None:
        revs = [replicated("note::x", 2, "b", "a", n=1), replicated("note::x", 2, "a", "a", n=2)]
        revs.append(replicated("note::y", 1, "a", deleted=True, n=2))
        await store.write(revs, writer=CONTROL, new_edits=False)
        assert (await store.find(Find({"n": 2}))).documents == []
        assert [doc.rev for doc in (await store.find(Find({"n": 1}))).documents] == ["2-b"]

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            (Find({"a": {"$where": "1"}}), "invalid_operator"),
            (Find({"a": {"$in": 1}}), "bad_arg"),
            (Find({}, sort=(("a", True), ("b", False))), "unsupported_mixed_sort"),
            (Find({}, bookmark="odd"), "bad_request"),
            (Find({}, bookmark="W10="), "bad_request"),
        ],
    )
    async def test_what_cannot_be_asked_is_refused_with_its_code(self, store: Store, query: Find, code: str) -> None:
        with pytest.raises(BadQueryError) as refused:
            await store.find(query)
        assert refused.value.code == code

    async def test_a_bookmark_of_another_sort_is_refused(self, store: Store) -> None:
        await store.write([note("note::a"), note("note::b")], writer=CONTROL)
        bookmark = (await store.find(Find({}, limit=1))).bookmark
        with pytest.raises(BadQueryError):
            await store.find(Find({}, bookmark=bookmark, sort=(("n", False),)))

    async def test_ids_come_in_code_point_order_within_their_range(self, store: Store) -> None:
        ids = sorted(f"n::{name}" for name in ("A", "B", "Z", "a", "b", "x", "é"))
        await store.write([note(doc_id) for doc_id in ids] + [note("zz")], writer=CONTROL)
        await store.write([replicated("n::gone", 1, "x", deleted=True)], writer=CONTROL, new_edits=False)
        await self._are(store, IdRange("n::", "n:;"), ids)
        await self._are(store, IdRange(), [*ids, "zz"])
        await self._are(store, IdRange("n::B", "n::b"), [i for i in ids if "n::B" <= i <= "n::b"])
        await self._are(store, IdRange("n::B", "n::b", inclusive_end=False), [i for i in ids if "n::B" <= i < "n::b"])
        await self._are(
            store, IdRange("n::b", "n::B", descending=True), [i for i in ids[::-1] if "n::B" <= i <= "n::b"]
        )
        await self._are(
            store, IdRange("n::b", "n::B", inclusive_end=False, descending=True),
            [i for i in ids[::-1] if "n::B" < i <= "n::b"],
        )  # fmt: skip
        await self._are(store, IdRange("n::b", "n::B"), [])

    async def test_ids_beyond_the_first_plane_are_ordered_by_code_point_too(self, store: Store) -> None:
        ids = ["n::a", "n::\uffee", "n::\U0001f600"]
        await store.write([note(doc_id) for doc_id in ids], writer=CONTROL)
        await self._are(store, IdRange(), ids)

    async def _are(self, store: Store, within: IdRange, ids: list[str]) -> None:
        assert [row.id for row in await store.ids(within, 100)] == ids
        assert [row.id for row in await store.ids(within, 2, skip=1)] == ids[1:3]

    async def test_ids_come_with_their_documents_where_they_are_asked_for(self, store: Store) -> None:
        await store.write([note("note::a", n=1)], writer=CONTROL)
        (row,) = await store.ids(IdRange(), 10, include_docs=True)
        assert row.document == (await store.get_many(["note::a"]))[0]
        assert row.document is not None
        assert row.rev == row.document.rev
        (bare,) = await store.ids(IdRange(), 10)
        assert bare.document is None
