"""What the tree asks of a store: after any history of files it tells what a look through all documents tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import TypeAlias, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mosaicfs import wire
from mosaicfs.model.document import Document
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.filing import Changed, Filed, FileRow, Filing, FolderFiles, Place, by_columns
from mosaicfs.model.role import CONTROL, UPSTREAM
from mosaicfs.model.search import Search, Word
from mosaicfs.model.store import Store
from mosaicfs_sdk.conformance.store.filing_reference import FilingReference
from mosaicfs_sdk.conformance.store.opened import OpenStore
from mosaicfs_sdk.conformance.store.samples import edit, note, random_sample, replicated

T = TypeVar("T")

NODES = ("node-a", "node-b", "node-ä")
FOLDERS = (
    "/", "/p", "/p/a", "/p/a-b", "/p/a0", "/p/a/x", "/p/a/x/y", "/p/a/\U0010ffff", "/p/a!", "/q/ä/a\u0308", "/日",
    "/p/\x01/x", "/p/a/..", "/p//x", "/p/", "/p/a\x7f", "/q/./deep/er",
)  # fmt: skip
ASKED = (*(folder for folder in FOLDERS if folder != "/p/"), "/q", "/q/ä", "/q/.", "/nowhere", "/P")
NAMES = (
    "a", "b", "a-b", "a0", "A", "ä", "a\u0308", "日本", "\U0001f600", " ", ".a", "...",
    "", ".", "..", "a/b", "\x01", "a\x1f", "\x7f", "a\nb",
)  # fmt: skip
MTIMES = (
    "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2025-06-01T10:00:00.5Z", "1969-12-31T23:59:59Z",
    "2025-06-01T10:00:00.000042Z", "2025-02-31T10:00:00.000001Z", "2016-12-31T23:59:60.500000Z",
    "0001-01-01T00:00:00.000000Z",
)  # fmt: skip
IDS = tuple(f"file::{UUID(int=0x018F6A7E3C2B7D119A540000_00000000 + number)}" for number in (*range(5), 2**61))
PLUGINS = ("ocr", "exif")


@dataclass(frozen=True)
class Put:
    """A file made, changed, moved, marked deleted, or revived."""

    which: int
    node_id: str
    folder: str
    name: str
    mtime: str
    active: bool

    async def do(self, store: Store) -> None:
        path = f"{self.folder.rstrip('/')}/{self.name}"
        file = File(
            inode=7 + self.which,
            name=self.name,
            source=FileSource(node_id=self.node_id, export_path=path, export_parent=self.folder),
            size=self.which,
            mtime=self.mtime,
            mime_type="text/plain" if self.which % 2 else None,
            status="active" if self.active else "deleted",
        )
        await write(store, Document(IDS[self.which], await present_rev(store, IDS[self.which]), wire.encode(file)))


@dataclass(frozen=True)
class Bury:
    which: int

    async def do(self, store: Store) -> None:
        if rev := await present_rev(store, IDS[self.which]):
            await write(store, Document(IDS[self.which], rev, b"{}", deleted=True))


@dataclass(frozen=True)
class Drop:
    which: int

    async def do(self, store: Store) -> None:
        await store.drop(IDS[self.which])


@dataclass(frozen=True)
class Other:
    """A document of any type, or one that nobody can read."""

    seed: int

    async def do(self, store: Store) -> None:
        sample = random_sample(Random(self.seed))
        await write(store, edit(sample, await present_rev(store, sample[0])))
        if self.seed % 5 == 0:
            odd = replicated("file::unreadable", 1, f"a{self.seed}")
            await store.write([odd], writer=UPSTREAM, new_edits=False)


@dataclass(frozen=True)
class Look:
    """Compare, then go on."""


Act: TypeAlias = Put | Bury | Drop | Other | Look

which = st.integers(0, len(IDS) - 1)
puts = st.builds(
    Put,
    which,
    st.sampled_from(NODES),
    st.sampled_from(FOLDERS),
    st.sampled_from(NAMES),
    st.sampled_from(MTIMES),
    st.sampled_from((True, True, True, False)),
)
acts: st.SearchStrategy[Act] = st.one_of(
    puts, puts, puts, puts, st.builds(Bury, which), st.builds(Other, st.integers(0, 500)), st.just(Look())
)
histories = st.lists(acts, max_size=25)
dropping = st.lists(st.one_of(acts, acts, acts, st.builds(Drop, which)), max_size=25)
comparing = settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))


async def write(store: Store, document: Document) -> None:
    assert not [row for row in await store.write([document], writer=CONTROL) if row.error]


async def present_rev(store: Store, doc_id: str) -> str:
    found = await store.get(doc_id)
    return found.rev if found is not None and not found.deleted else ""


async def winners(store: Store) -> list[Document]:
    rows = (await store.changes("0", 10_000)).rows
    return [bare(doc) for doc in await store.get_many([row.id for row in rows]) if doc is not None]


def bare(doc: Document) -> Document:
    return Document(doc.id, doc.rev, doc.body, doc.deleted)


async def filed(store: Store, work: Callable[[Filing], T]) -> T:
    assert isinstance(store, Filed)
    return await store.filed(work)


@dataclass
class Witness:
    """Looks at a store again and again, and remembers what must not change between two looks."""

    store: Store
    seqs: list[tuple[int, str]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    drops: int = 0
    dropped_at: int = 0

    async def act(self, history: list[Act]) -> None:
        for each in [*history, Look()]:
            match each:
                case Look():
                    await self.look()
                case Drop():
                    await self.look()
                    before = len(await winners(self.store))
                    await each.do(self.store)
                    self.drops += len(await winners(self.store)) < before
                case _:
                    await each.do(self.store)

    async def look(self) -> None:
        await self._compare_changes()
        reference = FilingReference(await winners(self.store))
        await filed(self.store, lambda filing: compare_places(filing, reference))
        await filed(self.store, lambda filing: compare_documents(filing, reference))
        self._note_numbers(await filed(self.store, _numbers))
        await self._compare_searches()

    async def _compare_changes(self) -> None:
        token = (await self.store.changes("0", 10_000)).last_seq
        seq = await filed(self.store, lambda filing: filing.seq)
        if self.drops:
            self.drops, self.dropped_at = 0, seq
            self.numbers.clear()
            assert all(seq > before for before, _ in self.seqs)
        for before, since in self.seqs:
            if before < self.dropped_at:
                assert await self._changed(before, 1_000) is None
                continue
            assert (seq > before) == (token != since)
            ids = [row.id for row in (await self.store.changes(since, 10_000)).rows]
            expected = [bare(doc) for doc in await self.store.get_many(ids) if doc is not None]
            for limit in (1_000, 2):
                changed = await self._changed(before, limit)
                assert changed is not None
                assert [bare(each.document) for each in changed] == expected
                assert [each.kind for each in changed] == [doc.id.partition("::")[0] for doc in expected]
                assert all(each.seq <= seq for each in changed)
        self.seqs.append((seq, token))

    async def _changed(self, since: int, limit: int) -> list[Changed] | None:
        """Page by page."""
        found: list[Changed] = []
        while True:
            at = found[-1].seq if found else since
            page = await filed(self.store, lambda filing, at=at: filing.changed(at, limit))  # type: ignore[misc]
            if page is None:
                return None
            found += page
            if len(page) < limit:
                return found

    def _note_numbers(self, numbers: dict[str, int]) -> None:
        assert all(self.numbers.get(doc_id, n) == n for doc_id, n in numbers.items())
        self.numbers |= numbers
        assert len(set(self.numbers.values())) == len(self.numbers)

    async def _compare_searches(self) -> None:
        for search in (Search(), Search(words=(Word("a"),), sort="name"), Search(limit=3, status=None), PATHS):
            page = await self.store.search(search)
            active = {row.file_id for row in FilingReference([hit.document for hit in page.hits]).rows}
            found = await filed(self.store, lambda filing, search=search: filing.found(search))  # type: ignore[misc]
            assert [row.file_id for row in found] == [hit.document.id for hit in page.hits if hit.document.id in active]


PATHS = Search(words=(Word("p/"),), within="path", sort="path")


def told(row: FileRow) -> FileRow:
    return row._replace(n=0)


def alike(found: list[FileRow], expected: list[FileRow]) -> None:
    """The same, in the same order of places; of one place in any order."""
    assert [(row.node_id, row.folder, row.name) for row in found] == [row[3:6] for row in expected]
    assert sorted(map(told, found), key=str) == sorted(expected, key=str)


def compare_places(filing: Filing, reference: FilingReference) -> None:
    assert filing.nodes() == reference.nodes()
    for node_id in (*NODES, "nobody"):
        for folder in ASKED:
            below = reference.below(node_id, folder)
            alike(filing.files_in(node_id, folder), reference.files_in(node_id, folder))
            assert filing.folders_in(node_id, folder) == reference.folders_in(node_id, folder), (node_id, folder)
            assert filing.has_files(node_id, folder) == reference.has_files(node_id, folder), (node_id, folder)
            assert filing.count_below(node_id, folder) == len(below)
            assert list(filing.folders_below(node_id, folder)) == reference.folders_below(node_id, folder)
            for limit in (1, 3, 1_000):
                alike(pages_below(filing, node_id, folder, limit), below)
                compare_whole_folders(filing, node_id, folder, limit)
    for row in reference.rows:
        at = filing.files_at(row.node_id, row.path)
        assert list(map(told, at)) == reference.files_at(row.node_id, row.path)


def compare_whole_folders(filing: Filing, node_id: str, top: str, least: int) -> None:
    """From each folder on: those that are needed for so many files, and all of each."""
    paths = [path for path, _ in filing.folders_below(node_id, top)]
    for first in ("", *paths):
        expected: list[FolderFiles] = []
        for path in paths:
            if path >= first and sum(len(each.names) for each in expected) < least:
                expected.append(by_columns(path, filing.files_in(node_id, path)))
        assert filing.whole_folders(node_id, top, first, least) == expected, (node_id, top, first, least)


def pages_below(filing: Filing, node_id: str, folder: str, limit: int) -> list[FileRow]:
    found: list[FileRow] = []
    after: Place | None = None
    while page := filing.files_below(node_id, folder, after, limit):
        found += page
        after = Place(page[-1].node_id, page[-1].folder, page[-1].name)
    return found


def compare_documents(filing: Filing, reference: FilingReference) -> None:
    by_id = {doc.id: doc for doc in reference.documents}
    for kind in ("file", "dir", "label_rule", "label_file", "access", "nothing"):
        assert [bare(doc) for _, doc in filing.documents(kind)] == reference.live(kind)
    for doc_id in (*by_id, "file::nobody", "dir::root"):
        found = filing.document(doc_id)
        expected = by_id.get(doc_id)
        assert (bare(found[1]) if found else None) == (expected if expected and not expected.deleted else None)
    numbers = [found[0] for doc_id in by_id if (found := filing.document(doc_id)) is not None]
    rows = sorted(reference.rows, key=str)
    assert sorted(map(told, filing.rows([*numbers, 2**40])), key=str) == rows
    assert sorted(map(told, filing.rows_of([*by_id, "file::nobody"])), key=str) == rows
    for limit in (1, 3, 1_000):
        assert list(map(told, filing.newest(limit))) == reference.newest()[:limit]
    assert sorted(filing.access_times()) == reference.access_times()
    for doc_id in by_id:
        if doc_id.startswith("file::"):
            assert sorted(filing.replicas(doc_id)) == reference.replicas(doc_id)
            for plugin_name in PLUGINS:
                assert filing.annotation(doc_id, plugin_name) == reference.annotation(doc_id, plugin_name)


def _numbers(filing: Filing) -> dict[str, int]:
    """Of documents, as each call tells them; they all tell the same."""
    numbers = {doc.id: n for kind in ("file", "dir", "access") for n, doc in filing.documents(kind)}
    rows = [row for node_id in filing.nodes() for row in filing.files_below(node_id, "/", None, 1_000)]
    assert {row.file_id: row.n for row in rows}.items() <= numbers.items()
    assert {row.file_id: row.n for row in filing.rows([row.n for row in rows])} == {row.file_id: row.n for row in rows}
    changed = filing.changed(filing.seq - 1, 10) or []
    assert all(numbers.get(each.document.id, each.n) == each.n for each in changed)
    return numbers


class FilingTests(OpenStore):
    @comparing
    @given(history=histories)
    async def test_after_any_history_it_tells_what_the_documents_tell(
        self, tmp_path_factory: pytest.TempPathFactory, history: list[Act]
    ) -> None:
        async with self.open_store(tmp_path_factory.mktemp("filing")) as store:
            await self._buried(store)
            await Witness(store).act(history)

    @comparing
    @given(history=dropping)
    async def test_what_was_dropped_is_not_told_and_makes_known_that_all_may_differ(
        self, tmp_path_factory: pytest.TempPathFactory, history: list[Act]
    ) -> None:
        async with self.open_store(tmp_path_factory.mktemp("filing")) as store:
            await self._buried(store)
            await Witness(store).act(history)

    async def test_after_a_drop_all_may_differ_and_then_changes_are_told_again(self, store: Store) -> None:
        for number in range(3):
            await Put(number, "node-a", "/p", f"{number}", MTIMES[0], active=True).do(store)
        before = await filed(store, lambda filing: filing.seq)
        for number in (2, 0):
            await Drop(number).do(store)
            after = await filed(store, lambda filing: filing.seq)
            assert after > before
            assert await filed(store, lambda filing, since=before: filing.changed(since, 10)) is None  # type: ignore[misc]
            assert await filed(store, lambda filing, since=after: filing.changed(since, 10)) == []  # type: ignore[misc]
            before = after
        await Put(4, "node-a", "/p", "4", MTIMES[0], active=True).do(store)
        changed = await filed(store, lambda filing: filing.changed(after, 10))
        assert changed is not None
        assert [each.document.id for each in changed] == [IDS[4]]
        names = await filed(store, lambda filing: [row.name for row in filing.files_in("node-a", "/p")])
        assert names == ["1", "4"]

    async def test_an_empty_store_has_nothing_and_is_at_the_beginning(self, store: Store) -> None:
        def work(filing: Filing) -> None:
            assert (filing.seq, filing.nodes(), filing.changed(0, 10)) == (0, [], [])
            assert (filing.files_in("n", "/"), filing.folders_in("n", "/"), filing.newest(5)) == ([], [], [])
            assert (filing.count_below("n", "/"), filing.has_files("n", "/")) == (0, False)
            assert not list(islice(filing.documents("dir"), 1))
            assert not list(islice(filing.access_times(), 1))

        await filed(store, work)

    async def test_each_look_sees_what_was_written_before_it(self, store: Store) -> None:
        seen = [await filed(store, lambda filing: filing.seq)]
        for number in range(3):
            await Put(number, "node-a", "/p", f"{number}", MTIMES[0], active=True).do(store)
            names = await filed(store, lambda filing: [row.name for row in filing.files_in("node-a", "/p")])
            assert names == [f"{each}" for each in range(number + 1)]
            await write(store, note(f"note::{number}"))
            seen.append(await filed(store, lambda filing: filing.seq))
        assert seen == sorted(set(seen))

    async def test_a_folder_lies_between_the_parts_of_another(self, store: Store) -> None:
        for number, folder in enumerate(("/p/a-b", "/p/a/x", "/p/a0", "/p/a", "/p")):
            await Put(number, "node-a", folder, "f", MTIMES[0], active=True).do(store)
            reference = FilingReference(await winners(store))
            await filed(store, lambda filing, reference=reference: compare_places(filing, reference))  # type: ignore[misc]
        assert await filed(store, lambda filing: filing.folders_in("node-a", "/p")) == ["a", "a-b", "a0"]

    async def test_what_fails_in_the_work_is_raised_to_who_asked(self, store: Store) -> None:
        def work(filing: Filing) -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await filed(store, work)
        assert await filed(store, lambda filing: filing.nodes()) == []

    async def _buried(self, store: Store) -> None:
        """Some engines cannot begin with an empty store for each history."""
        rows = (await store.changes("0", 10_000)).rows
        for doc in await store.get_many([row.id for row in rows]):
            if doc is not None and not doc.deleted:
                await write(store, Document(doc.id, doc.rev, b"{}", deleted=True))
