"""Trees of revisions: whatever arrives in whatever order, the same leaves and the same winner come out."""

from __future__ import annotations

from random import Random

import pytest

from mosaicfs.model.document import Document, Missing, MissingRevision, Wanted
from mosaicfs.model.role import CONTROL, UPSTREAM
from mosaicfs.model.store import Store
from mosaicfs_sdk.conformance.store.opened import OpenStore
from mosaicfs_sdk.conformance.store.reference import ReferenceTree, Revision, random_history
from mosaicfs_sdk.conformance.store.samples import edit, note, replicated

RULE = "label_rule::0190aa10-5f00-7c31-8d00-1b2c3d4e5f60"


async def arrive(store: Store, *docs: Document) -> None:
    assert not [row for row in await store.write(docs, writer=UPSTREAM, new_edits=False) if row.error]


def as_sent(doc_id: str, revision: Revision) -> Document:
    fields = {"said": str(revision)}
    return replicated(doc_id, revision.generation, *revision.path(), deleted=revision.deleted, **fields)


class RevisionTests(OpenStore):
    async def test_edits_have_the_names_that_the_page_gives(self, store: Store) -> None:
        fields = {
            "type": "label_rule",
            "node_id": "*",
            "path_prefix": "/home/mark/documents/",
            "labels": ["work"],
            "name": "Work documents",
            "created_at": "2026-02-16T09:00:00Z",
        }
        (first,) = await store.write([edit((RULE, {**fields, "enabled": True}))], writer=CONTROL)
        assert first.rev == "1-91b610cb54a2097c1b2c251fa2975cdd"
        (second,) = await store.write([edit((RULE, {**fields, "enabled": False}), first.rev)], writer=CONTROL)
        assert second.rev == "2-9198284a470fd822d7717e4f8155a3d5"
        gone = edit((RULE, {"type": "label_rule", "node_id": "*"}), second.rev)._replace(deleted=True)
        (third,) = await store.write([gone], writer=CONTROL)
        assert third.rev == "3-60632e220d30200881c5b23c6e4e8aa6"

    @pytest.mark.parametrize("seed", range(6))
    async def test_random_histories_end_as_the_reference_says(self, store: Store, seed: int) -> None:
        random = Random(seed)
        history = random_history(random, random.randrange(3, 30))
        arrivals = random.sample(history, len(history))
        reference = ReferenceTree()
        for start in range(0, len(arrivals), 7):
            batch = arrivals[start : start + 7]
            await arrive(store, *(as_sent("note::x", revision) for revision in batch))
            for revision in batch:
                reference.arrive(revision)
            await self._is_as(store, "note::x", reference)

    async def _is_as(self, store: Store, doc_id: str, reference: ReferenceTree) -> None:
        leaves = reference.leaves()
        winner = await store.get(doc_id)
        assert winner is not None
        assert (winner.rev, winner.deleted, winner.path) == (str(leaves[0]), leaves[0].deleted, leaves[0].path())
        assert set(winner.conflicts) == {str(leaf) for leaf in leaves[1:] if not leaf.deleted}
        assert set(winner.deleted_conflicts) == {str(leaf) for leaf in leaves[1:] if leaf.deleted}
        (opened,) = await store.open_revs([Wanted(doc_id)])
        expected = {(as_sent(doc_id, leaf).body, str(leaf), leaf.deleted, leaf.path()) for leaf in leaves}
        assert {(d.body, d.rev, d.deleted, d.path) for d in opened if isinstance(d, Document)} == expected
        assert len(opened) == len(leaves)
        (row,) = (await store.changes("0", 10)).rows
        assert (row.revs[0], row.deleted) == (str(leaves[0]), leaves[0].deleted)
        assert sorted(row.revs) == sorted(map(str, leaves))

    @pytest.mark.parametrize("seed", range(4))
    async def test_the_order_of_arrival_makes_no_difference(self, store: Store, seed: int) -> None:
        random = Random(seed)
        history = random_history(random, 12)
        ids = [f"note::{number}" for number in range(4)]
        for doc_id in ids:
            for revision in random.sample(history, len(history)):
                await arrive(store, as_sent(doc_id, revision))
        found = [doc._replace(id="") for doc in await store.get_many(ids) if doc is not None]
        assert len(found) == len(ids)
        assert len(set(found)) == 1

    @pytest.mark.parametrize(
        ("winner", "loser"),
        [
            (("2-a", False), ("9-z", True)),
            (("10-a", False), ("9-z", False)),
            (("2-b", False), ("2-a", False)),
            (("2-a", False), ("2-B", False)),
            (("2-é", False), ("2-z", False)),
            (("3-a", True), ("2-b", True)),
        ],
    )
    async def test_live_wins_over_deleted_then_the_longer_then_the_greater(
        self, store: Store, winner: tuple[str, bool], loser: tuple[str, bool]
    ) -> None:
        for rev, deleted in (winner, loser):
            await arrive(store, note("note::x", rev, deleted=deleted, said=rev))
        found = await store.get("note::x")
        assert found is not None
        assert (found.rev, found.deleted) == winner

    async def test_the_same_batch_twice_changes_no_sequence(self, store: Store) -> None:
        random = Random(1)
        batch = [as_sent(f"note::{n}", one) for n in range(3) for one in random_history(random, 6)]
        await arrive(store, *batch)
        before, page = await store.info(), await store.changes("0", 100)
        await arrive(store, *reversed(batch))
        assert (await store.info()).update_seq == before.update_seq
        assert await store.changes("0", 100) == page

    async def test_a_path_that_comes_later_joins_two_roots(self, store: Store) -> None:
        await arrive(store, replicated("note::x", 3, "c"))
        await arrive(store, replicated("note::x", 1, "a"))
        assert await store.revs_diff({"note::x": ["2-b"]}) != {}
        await arrive(store, replicated("note::x", 3, "c", "b", "a"))
        found = await store.get("note::x")
        assert found is not None
        assert (found.path, found.conflicts) == (("c", "b", "a"), ())

    async def test_only_the_newest_hundred_revisions_of_a_leaf_are_kept(self, store: Store) -> None:
        names = [f"h{generation}" for generation in range(1, 121)]
        await arrive(store, replicated("note::x", 90, *names[89::-1]))
        await arrive(store, replicated("note::x", 120, *names[119:19:-1]))
        found = await store.get("note::x")
        assert found is not None
        assert found.path == tuple(names[119:19:-1])
        absent = await store.revs_diff({"note::x": ["20-h20", "21-h21"]})
        assert absent["note::x"].revs == ("20-h20",)

    async def test_a_path_that_no_longer_overlaps_becomes_a_second_root(self, store: Store) -> None:
        await arrive(store, replicated("note::x", 2, "b", "a"))
        await arrive(store, replicated("note::x", 300, *(f"h{generation}" for generation in range(300, 200, -1))))
        found = await store.get("note::x")
        assert found is not None
        assert (found.rev, found.conflicts) == ("300-h300", ("2-b",))

    async def test_bodies_are_kept_for_leaves_only(self, store: Store) -> None:
        (first,) = await store.write([note("note::x", n=1)], writer=CONTROL)
        (second,) = await store.write([note("note::x", first.rev, n=2)], writer=CONTROL)
        assert await store.get("note::x", first.rev) is None
        (opened,) = await store.open_revs([Wanted("note::x", (first.rev, second.rev))])
        assert opened[0] == MissingRevision("note::x", first.rev)
        assert isinstance(opened[1], Document)
        assert opened[1].rev == second.rev

    async def test_instead_of_an_older_revision_come_the_leaves_above_it(self, store: Store) -> None:
        await arrive(store, replicated("note::x", 2, "b", "a", n=1), replicated("note::x", 2, "c", "a", n=2))
        (opened,) = await store.open_revs([Wanted("note::x", ("1-a", "7-z"))], latest=True)
        assert {one.rev for one in opened if isinstance(one, Document)} == {"2-b", "2-c"}
        assert [one for one in opened if isinstance(one, MissingRevision)] == [MissingRevision("note::x", "7-z")]

    async def test_leaves_of_many_documents_come_in_the_order_asked(self, store: Store) -> None:
        ids = [f"note::{number}" for number in range(30)]
        await arrive(store, *(replicated(doc_id, 2, "b", "a", n=doc_id) for doc_id in ids))
        await arrive(store, replicated("note::7", 2, "c", "a"), replicated("note::8", 3, "d", "b", "a", deleted=True))
        opened = await store.open_revs([Wanted(doc_id, ("2-b",)) for doc_id in ids], latest=True)
        assert [one.id for found in opened for one in found] == ids
        assert [one.rev for one in opened[7]] == ["2-b"]
        assert [one.rev for one in opened[8]] == ["3-d"]
        assert all(isinstance(one, Document) and one.path == ("b", "a") for one in opened[9])

    async def test_what_nobody_knows_is_missing(self, store: Store) -> None:
        assert await store.get("note::none") is None
        assert await store.get_many(["note::none"]) == [None]
        asked = [Wanted("note::none"), Wanted("note::none", ("1-a", "2-b"))]
        assert await store.open_revs(asked) == [
            [MissingRevision("note::none", "")],
            [MissingRevision("note::none", "1-a"), MissingRevision("note::none", "2-b")],
        ]

    async def test_a_difference_names_only_what_is_missing(self, store: Store) -> None:
        await arrive(store, replicated("note::x", 2, "b", "a"), replicated("note::y", 1, "a"))
        asked = {"note::x": ["2-b", "3-z", "2-y"], "note::y": ["1-a"], "note::new": ["1-q"]}
        found = await store.revs_diff(asked)
        assert {doc_id: set(missing.revs) for doc_id, missing in found.items()} == {
            "note::x": {"3-z", "2-y"},
            "note::new": {"1-q"},
        }

    async def test_older_revisions_are_not_missing(self, store: Store) -> None:
        await arrive(store, replicated("note::x", 3, "c", "b", "a"))
        assert await store.revs_diff({"note::x": ["3-c", "2-b", "1-a"]}) == {}

    async def test_a_difference_names_leaves_that_may_be_ancestors(self, store: Store) -> None:
        await arrive(store, replicated("note::x", 2, "b", "a"), replicated("note::x", 5, "c", "d"))
        assert await store.revs_diff({"note::x": ["4-z"]}) == {"note::x": Missing(("4-z",), ("2-b",))}
