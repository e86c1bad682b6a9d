"""Searches: what a look through all files finds is found, in its order, on every page, after every change."""

from __future__ import annotations

import time
from random import Random
from typing import Literal, cast
from uuid import UUID

import pytest

from mosaicfs import wire
from mosaicfs.errors import BadQueryError
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.node import Node
from mosaicfs.model.role import CONTROL, UPSTREAM
from mosaicfs.model.search import Search, SearchPage, Sort, Word
from mosaicfs.model.store import Store
from mosaicfs_sdk.conformance.store.opened import OpenStore
from mosaicfs_sdk.conformance.store.samples import note, replicated
from mosaicfs_sdk.conformance.store.search_reference import look_through
from mosaicfs_sdk.conformance.store.search_samples import (
    MTIMES,
    SORTS,
    body,
    random_access,
    random_file,
    random_label,
    random_name,
    random_search,
)


async def winners(store: Store) -> list[Document]:
    rows = (await store.changes("0", 10_000)).rows
    return [doc for doc in await store.get_many([row.id for row in rows]) if doc is not None]


async def change_something(store: Store, random: Random, most: int = 20) -> None:
    """New files and labels, edits, tombstones, what was a tombstone before, and what nobody can read."""
    for _ in range(random.randrange(1, most)):
        (kind,) = random.choices((random_file, random_label, random_access), (7, 2, 1))
        doc_id, text = kind(random)
        known = await store.get(doc_id)
        rev = known.rev if known is not None and not known.deleted else ""
        deleted = bool(rev) and random.random() < 0.2
        doc = Document(doc_id, rev, b"{}" if deleted else text, deleted)
        assert not [row for row in await store.write([doc], writer=CONTROL) if row.error]
    if random.random() < 0.3:
        await store.write([note(f"note::{random.random()}")], writer=CONTROL)
    if random.random() < 0.3:
        odd = Document(f"file::odd-{random.randrange(3)}", f"1-{random.random()}", body(random_name(random)))
        await store.write([odd], writer=UPSTREAM, new_edits=False)
        await store.write([replicated("file::unreadable", 1, str(random.random()))], writer=UPSTREAM, new_edits=False)


async def agrees(store: Store, search: Search) -> SearchPage:
    """The page, after it was compared with a look through all files."""
    now = time.time_ns() // 1_000
    expected = look_through(await winners(store), search, now)
    page = await store.search(search)
    span = slice(search.offset, search.offset + search.limit)
    assert [hit.document.id for hit in page.hits] == expected.ids[span], search
    assert [hit.score for hit in page.hits] == pytest.approx(expected.scores[span], abs=1e-6), search
    assert page.total == (len(expected.ids) if search.counted else None), search
    assert page.facets == expected.facets, search
    assert (page.next is None) == (search.offset + search.limit >= len(expected.ids)), search
    return page


async def names(store: Store, *words: Word, **how: object) -> list[str]:
    page = await store.search(Search(words=words, **how))  # type: ignore[arg-type]
    return [named(hit.document) for hit in page.hits]


def named(doc: Document) -> str:
    noun = wire.decode(doc.id, doc.body)
    assert isinstance(noun, File)
    return noun.name


async def keep(store: Store, *bodies: bytes) -> list[str]:
    ids = [f"file::{UUID(int=7 << 76 | 2 << 62 | number)}" for number in range(len(bodies))]
    rows = await store.write(
        [Document(*each) for each in zip(ids, [""] * len(ids), bodies, strict=True)], writer=CONTROL
    )
    assert not [row for row in rows if row.error]
    return ids


async def assign(store: Store, file_id: str, *labels: str) -> None:
    noun = LabelAssignment(file_id=file_id, labels=labels, updated_at=MTIMES[1], updated_by="owner")
    (row,) = await store.write([Document(f"label_{file_id}", "", wire.encode(noun))], writer=CONTROL)
    assert not row.error


def label_rule(path_prefix: str, *labels: str) -> bytes:
    return wire.encode(
        LabelRule(node_id="*", path_prefix=path_prefix, labels=labels, name="r", enabled=True, created_at=MTIMES[1])
    )


class SearchTests(OpenStore):
    @pytest.mark.parametrize("seed", range(4))
    async def test_a_search_finds_what_a_look_through_all_files_finds(self, store: Store, seed: int) -> None:
        random = Random(seed)
        for _ in range(6):
            await change_something(store, random)
            for _ in range(12):
                await agrees(store, random_search(random))

    @pytest.mark.parametrize("sort", SORTS)
    async def test_pages_give_every_file_once_in_every_order(self, store: Store, sort: Sort) -> None:
        random = Random(SORTS.index(sort))
        await change_something(store, random, 120)
        for words in ((), (Word("r"),)):
            for descending in (False, True):
                search = Search(words=words, sort=sort, descending=descending, limit=1_000)
                whole = [hit.document.id for hit in (await agrees(store, search)).hits]
                assert await self._walked(store, search, random, changing=False) == whole

    async def test_a_walk_meets_what_does_not_change_once_whatever_else_does(self, store: Store) -> None:
        random = Random(99)
        await change_something(store, random, 120)
        for sort in SORTS:
            search = Search(words=(Word("r"),), sort=sort, status=None)
            before = {doc.id: doc.rev for doc in await winners(store)}
            found = await self._walked(store, search, random, changing=True)
            after = {doc.id: doc.rev for doc in await winners(store)}
            steady = {doc_id for doc_id, rev in before.items() if after.get(doc_id) == rev}
            hits = (await store.search(Search(words=search.words, status=None, limit=1_000))).hits
            expected = steady & {hit.document.id for hit in hits}
            assert sorted(doc_id for doc_id in found if doc_id in steady) == sorted(expected), sort

    async def _walked(self, store: Store, search: Search, random: Random, *, changing: bool) -> list[str]:
        found: list[str] = []
        place = None
        while True:
            page = await store.search(_continued(search, place, random.randrange(1, 9)))
            found += [hit.document.id for hit in page.hits]
            if page.next is None:
                return found
            place = page.next
            if changing:
                await change_something(store, random, 6)

    async def test_the_better_a_word_fits_the_higher_is_the_file(self, store: Store) -> None:
        fitting = ("report", "Report.pdf", "reporting.pdf", "my_report", "unreported")
        await keep(store, *map(body, (*reversed(fitting), "repo")))
        assert await names(store, Word("REPORT")) == list(fitting)
        page = await store.search(Search(words=(Word("report"),)))
        assert [round(hit.score, 1) for hit in page.hits] == [1.0, 0.9, 0.8, 0.7, 0.5]

    async def test_newer_files_come_first_among_equals(self, store: Store) -> None:
        await keep(store, body("a 1", mtime=MTIMES[0]), body("a 2", mtime=MTIMES[1]), body("a 3", mtime=MTIMES[1]))
        assert await names(store, Word("a")) == ["a 2", "a 3", "a 1"]
        assert await names(store) == ["a 2", "a 3", "a 1"]

    async def test_case_and_the_way_an_accent_is_written_make_no_difference(self, store: Store) -> None:
        await keep(store, body("A\u0308rger.txt"), body("straße"), body("STRASSE"))
        assert await names(store, Word("äRG")) == ["A\u0308rger.txt"]
        assert await names(store, Word("STRASSE")) == ["STRASSE"]
        assert await names(store, Word("ä?ger*", "glob")) == ["A\u0308rger.txt"]

    async def test_a_hit_says_where_the_words_stand(self, store: Store) -> None:
        await keep(store, body("A\u0308 Report, my report"))
        (hit,) = (await store.search(Search(words=(Word("report"), Word("ä"), Word("po"))))).hits
        assert [hit.document.body.decode() and hit.ranges] == [((0, 2), (3, 9), (14, 20))]

    async def test_a_prefix_means_whole_components_and_may_be_a_file(self, store: Store) -> None:
        await keep(
            store, body("A", parent="/x"), body("a", parent="/x"), body("b", parent="/x/a"), body("c", parent="/xa")
        )
        assert await names(store, path_prefix="/x", sort="path") == ["A", "a", "b"]
        assert await names(store, path_prefix="/x/a", sort="path") == ["a", "b"]
        assert await names(store, path_prefix="/x/A/") == ["A"]
        assert await names(store, path_prefix="/", sort="path") == ["A", "a", "b", "c"]

    async def test_labels_of_rules_and_of_persons_are_found_alike(self, store: Store) -> None:
        ids = await keep(store, body("one"), body("two", parent="/x/y"), body("three", parent="/xy"), body("gone"))
        await assign(store, ids[2], "work")
        await assign(store, ids[0], "urgent")
        rule = Document("label_rule::1", "", label_rule("/x/", "work"))
        (row,) = await store.write([rule], writer=CONTROL)
        gone = Document(ids[3], await self._rev(store, ids[3]), body("gone", deleted=True))
        await store.write([gone], writer=CONTROL)
        assert await names(store, labels=("work",), sort="name") == ["one", "three", "two"]
        assert await names(store, labels=("work", "urgent")) == ["one"]
        assert await names(store, labels_not=("urgent",), status=None, sort="name") == ["gone", "three", "two"]
        page = await store.search(Search(facets=("label",), status=None))
        assert page.facets["label"] == [("work", 3), ("urgent", 1)]
        await store.write([Document("label_rule::1", row.rev, b"{}", deleted=True)], writer=CONTROL)
        assert await names(store, labels_any=("work", "urgent"), sort="name") == ["one", "three"]

    async def test_a_label_waits_for_its_file_and_goes_when_it_is_dropped(self, store: Store) -> None:
        ids = await keep(store, body("one"))
        assert await names(store, labels=("work",)) == []
        late = f"file::{UUID(int=7 << 76 | 2 << 62 | 9)}"
        await assign(store, late, "work")
        assert await names(store, labels=("work",)) == []
        await store.write([Document(late, "", body("late"))], writer=CONTROL)
        assert await names(store, labels=("work",)) == ["late"]
        await assign(store, ids[0], "work")
        assert await names(store, labels=("work",), sort="name") == ["late", "one"]
        await store.drop(f"label_{late}")
        assert await names(store, labels=("work",)) == ["one"]

    async def test_a_rule_for_every_node_gives_peers_nothing(self, store: Store) -> None:
        await keep(store, body("ours"), body("theirs", node="node-b"))
        await store.write([Document("label_rule::1", "", label_rule("/", "work"))], writer=CONTROL)
        assert await names(store, labels=("work",), sort="name") == ["ours", "theirs"]
        standings: tuple[tuple[Literal["peer"] | None, list[str]], ...] = (
            ("peer", ["ours"]),
            (None, ["ours", "theirs"]),
        )
        for role, found in standings:
            known = await store.get("node::node-b")
            peer = wire.encode(
                Node(
                    node_id="node-b",
                    friendly_name="b",
                    platform="linux",
                    version="1",
                    status="online",
                    last_heartbeat=MTIMES[1],
                    vfs_capable=False,
                    capabilities=(),
                    watch_paths=(),
                    role=role,
                )
            )
            document = Document("node::node-b", "" if known is None else known.rev, peer)
            assert not [row for row in await store.write([document], writer=CONTROL) if row.error]
            assert await names(store, labels=("work",), sort="name") == found

    async def test_what_goes_is_not_found_and_found_again_when_it_returns(self, store: Store) -> None:
        (doc_id,) = await keep(store, body("here"))
        assert await names(store, Word("here")) == ["here"]
        (row,) = await store.write(
            [Document(doc_id, (await self._rev(store, doc_id)), b"{}", deleted=True)], writer=CONTROL
        )
        assert await names(store, Word("here"), status=None) == []
        await store.write([Document(doc_id, row.rev, body("here"))], writer=CONTROL)
        assert await names(store, Word("here")) == ["here"]
        gone = Document(doc_id, await self._rev(store, doc_id), body("here", deleted=True))
        await store.write([gone], writer=CONTROL)
        assert await names(store, Word("here")) == []
        assert await names(store, Word("here"), status="deleted") == ["here"]

    async def test_a_dropped_file_is_not_found(self, store: Store) -> None:
        ids = await keep(store, body("one"), body("two"), body("three"))
        assert len(await names(store)) == 3
        await store.drop(ids[2])
        await store.drop(ids[0])
        assert await names(store) == ["two"]
        await store.write([Document(ids[0], "", body("four"))], writer=CONTROL)
        assert sorted(await names(store)) == ["four", "two"]

    async def test_the_winner_of_a_conflict_is_what_is_found(self, store: Store) -> None:
        doc_id = f"file::{UUID(int=5)}"
        for rev, name in (("1-a", "low"), ("1-z", "high"), ("1-b", "lower")):
            await store.write([Document(doc_id, rev, body(name), path=(rev[2:],))], writer=UPSTREAM, new_edits=False)
            await names(store)
        assert await names(store) == ["high"]

    async def test_a_place_of_another_search_is_refused(self, store: Store) -> None:
        await keep(store, body("one"), body("two"))
        for sort, after in (("name", (1, "x")), ("mtime", ("x",)), ("relevance", ("x", 1)), ("size", (1, "x", 2))):
            with pytest.raises(BadQueryError):
                await store.search(Search(sort=cast("Sort", sort), after=after))

    async def test_a_pattern_without_end_is_refused(self, store: Store) -> None:
        await keep(store, body("one"))
        for glob in ("x" * 1_001, "{a,b}" * 9):
            with pytest.raises(BadQueryError):
                await store.search(Search(words=(Word(glob, "glob"),)))
        assert await names(store, Word("*o*n*e*" * 100, "glob")) == []

    async def _rev(self, store: Store, doc_id: str) -> str:
        found = await store.get(doc_id)
        assert found is not None
        return found.rev


def _continued(search: Search, place: tuple[str | int | float, ...] | None, limit: int) -> Search:
    return Search(
        words=search.words,
        sort=search.sort,
        descending=search.descending,
        status=search.status,
        after=place,
        limit=limit,
    )
