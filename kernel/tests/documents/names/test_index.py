"""The index of names against a look through all files, in segments so small that everything happens to them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mosaicfs.documents.names import index, postings, segment
from mosaicfs.documents.names.following import FollowedNames
from mosaicfs.model.document import Document
from mosaicfs.model.search import Search, Sort, Word
from mosaicfs.model.times import mtime_text
from mosaicfs_sdk.conformance.store.search_reference import look_through
from mosaicfs_sdk.conformance.store.search_samples import body, random_file, random_label, random_name, random_search

pytestmark = pytest.mark.patient

NOW = 1_780_000_000.0


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of at most sixteen names, most of them with postings, where most bytes share a class."""
    for module, name, value in (
        (index, "FULL", 16),
        (postings, "CLASSES", 5),
        (segment, "POSTINGS_FROM", 4),
    ):
        monkeypatch.setattr(module, name, value)


class Kept:
    def __init__(self, *, odd: float = 0.1) -> None:
        """`odd` is how many files have ids that are no UUIDs."""
        self._odd = odd
        self.documents: dict[str, Document] = {}
        self.names = FollowedNames(lambda doc_id: self.documents[doc_id], clock=lambda: NOW)

    def change(self, random: Random) -> None:
        changed = [self._changed(random) for _ in range(random.randrange(1, 40))]
        self.names.follow(changed)
        self.documents |= {doc.id: doc for doc in changed}

    def _changed(self, random: Random) -> Document:
        doc_id, text = random_file(random) if random.random() < 0.8 else random_label(random)
        if random.random() < self._odd:
            doc_id, text = f"file::odd-{random.randrange(9)}", body(random_name(random))
        return Document(doc_id, "1-a", text, deleted=random.random() < 0.2)

    def agrees(self, search: Search) -> None:
        expected = look_through(self.documents.values(), search, int(NOW * 1_000_000))
        page = self.names.page(search)
        span = slice(search.offset, search.offset + search.limit)
        assert [hit.document.id for hit in page.hits] == expected.ids[span]
        assert [hit.score for hit in page.hits] == expected.scores[span]
        assert page.facets == expected.facets
        assert page.total in {None, len(expected.ids)}


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(12))
def test_every_search_finds_what_a_look_through_all_files_finds(seed: int) -> None:
    random, kept = Random(seed), Kept()
    for _ in range(8):
        kept.change(random)
        for _ in range(15):
            kept.agrees(random_search(random))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(8))
def test_a_list_that_is_walked_is_the_list_that_was_looked_through(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "FEW", 1_000)
    random, kept = Random(seed), Kept(odd=0.0)
    for _ in range(8):
        kept.change(random)
        for _ in range(12):
            asked = replace(random_search(random), words=(), facets=())
            kept.agrees(asked)  # what was counted once is walked from then on
            kept.agrees(replace(asked, descending=not asked.descending))
            kept.agrees(replace(asked, sort=random.choice(("name", "path", "size"))))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("sort", ["relevance", "name", "mtime", "size", "path", "indexed_at"])
@pytest.mark.parametrize("descending", [False, True])
def test_a_walk_by_cursors_meets_every_file_once_and_in_order(sort: Sort, *, descending: bool) -> None:
    random, kept = Random(7), Kept(odd=0.0)
    for _ in range(6):
        kept.change(random)
    search = Search(sort=sort, descending=descending, status=None)
    expected = look_through(kept.documents.values(), search, int(NOW * 1_000_000)).ids
    found: list[str] = []
    page = kept.names.page(replace(search, limit=7))
    while True:
        found += [hit.document.id for hit in page.hits]
        if page.next is None:
            break
        page = kept.names.page(replace(search, limit=7, after=page.next))
    assert found == expected


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=8), st.text(min_size=1, max_size=3), st.data())
def test_any_name_is_found_by_any_part_of_it(names: list[str], word: str, data: st.DataObject) -> None:
    kept = Kept()
    documents = [Document(f"file::{number}", "1-a", body(name)) for number, name in enumerate(names)]
    kept.names.follow(documents)
    kept.documents = {doc.id: doc for doc in documents}
    name = data.draw(st.sampled_from(names))
    for text in (word, name, name[: len(name) // 2 + 1]):
        if "\0" not in text + "".join(names):
            kept.agrees(Search(words=(Word(text),), within=data.draw(st.sampled_from(["name", "path"]))))


def test_a_fresh_file_may_come_before_old_ones_whose_words_fit_better() -> None:
    kept = Kept()
    old, fresh = mtime_text(0), mtime_text(int(NOW) * 1_000_000_000)
    names = [("a-b-c", old), ("a-b-c.pdf", old), ("x a b c", fresh)]
    documents = [Document(f"file::{n}", "1-a", body(name, mtime=mtime)) for n, (name, mtime) in enumerate(names)]
    kept.names.follow(documents)
    kept.documents = {doc.id: doc for doc in documents}
    search = Search(words=(Word("a"), Word("b"), Word("c")), limit=1)
    assert [hit.document.id for hit in kept.names.page(search).hits] == ["file::2"]
    kept.agrees(search)


def test_many_small_changes_leave_few_segments() -> None:
    names = index.NameIndex(lambda n: "")
    kept = Kept()
    kept.names._index = names
    for number in range(300):
        kept.names.follow([Document(f"file::{number % 100}", "1-a", body(f"name {number}"))])
    assert len(names) == 100
    assert len(names._segments) < 12
    assert names.search(Search(words=(Word("name 299"),)), 0).total == 1
    assert names.search(Search(words=(Word("name 199"),)), 0).total == 0


def test_a_thousand_equal_names_are_paged_by_their_ids() -> None:
    kept = Kept()
    documents = [Document(f"file::{number:08}-0000-7000-8000-000000000000", "1-a", body("x")) for number in range(1000)]
    kept.names.follow(reversed(documents))
    kept.documents = {doc.id: doc for doc in documents}
    found: list[str] = []
    place = None
    while True:
        page = kept.names.page(Search(words=(Word("x"),), after=place, limit=300))
        found += [hit.document.id for hit in page.hits]
        if (place := page.next) is None:
            break
    assert found == [doc.id for doc in documents]
