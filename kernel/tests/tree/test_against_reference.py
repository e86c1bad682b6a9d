"""After any history the evaluator shows what the slow reading of the page shows, whatever it keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from kernel.tests.tree.histories import BEGIN, NAMES, PATHS, Act, acts, beginnings, nobodys, steps
from kernel.tests.tree.reference import Reference, is_below, is_reserved, joined
from kernel.tests.tree.reference_names import computed_inode, encoded, showable
from kernel.tests.tree.reference_steps import decision
from mosaicfs import wire
from mosaicfs.documents.sqlite.store import SqliteStore, open_store
from mosaicfs.errors import NotShownError
from mosaicfs.model.directory import VirtualDirectory
from mosaicfs.model.document import Document
from mosaicfs.model.filing import Filing
from mosaicfs.model.noun import Noun
from mosaicfs.model.role import CONTROL
from mosaicfs.model.step import Step
from mosaicfs.model.tree import Listing, Shown
from mosaicfs.tree.evaluator import Evaluator
from mosaicfs.tree.explaining import explain

pytestmark = pytest.mark.patient

PROBES = [*PATHS, "/d/a/b/c", "/g/a", "/a/b", "/federation/x", "/d/e", "/nowhere"]


class Life:
    """A store, what was written into it, and evaluators that look at it."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.now: float = BEGIN
        self.nouns: dict[str, Noun] = {}
        self.revs: dict[str, str] = {}
        self.keeping = self.evaluator()
        self.forgetful = self.evaluator(cache_bytes=1)

    def evaluator(self, *, cache_bytes: int = 128 << 20, keep: bool = True) -> Evaluator:
        return Evaluator(clock=lambda: self.now, cache_bytes=cache_bytes, keep=keep)

    def evaluators(self) -> list[Evaluator]:
        return [self.keeping, self.forgetful, self.evaluator(), self.evaluator(keep=False)]

    async def happen(self, happened: Sequence[Act]) -> None:
        for act in happened:
            self.now += act.seconds
            if act.doc_id and (act.noun is not None or act.doc_id in self.nouns):
                await self.write(act.doc_id, act.noun)

    async def write(self, doc_id: str, noun: Noun | None) -> None:
        body = wire.encode(noun) if noun is not None else b"{}"
        document = Document(doc_id, self.revs.get(doc_id, ""), body, deleted=noun is None)
        (result,) = await self.store.write([document], writer=CONTROL)
        assert not result.error, result
        self.nouns.pop(doc_id, None)
        if noun is not None:
            self.nouns[doc_id] = noun
        self.revs[doc_id] = result.rev

    def reference(self) -> Reference:
        return Reference(self.nouns, self.now)


async def lived(history: Sequence[Sequence[Act]], look: Callable[[Life, Filing], None]) -> None:
    with TemporaryDirectory() as folder:
        async with open_store(Path(folder) / "store.db", Path(folder) / "bell") as store:
            life = Life(store)
            for happened in history:
                await life.happen(happened)
                await store.filed(lambda filing: look(life, filing))


def live(history: Sequence[Sequence[Act]], look: Callable[[Life, Filing], None]) -> None:
    trio.run(lived, history, look)


# --- what is compared ------------------------------------------------------------------------------------------------


class Seen(NamedTuple):
    """Of a listing, what the page fixes."""

    inode: int
    entries: tuple[Shown, ...]
    hidden_by_conflict: int
    shadowed: int
    invalid_names: int
    truncated: bool
    skipped: frozenset[tuple[str | None, int]]


def plain(entry: Shown) -> Shown:
    """When a directory was changed last is not the page's matter."""
    return msgspec.structs.replace(entry, mtime=None) if entry.kind == "directory" else entry


def seen(listing: Listing) -> Seen:
    return Seen(
        listing.inode,
        tuple(map(plain, listing.entries)),
        listing.hidden_by_conflict,
        listing.shadowed,
        listing.invalid_names if listing.directory is not None else 0,
        listing.truncated,
        frozenset((each.mount_id, each.step) for each in listing.problems if each.step is not None),
    )


def expected(reference: Reference, path: str) -> Seen | None:
    said = reference.listing(path)
    if said is None:
        return None
    return Seen(
        said.inode,
        tuple(map(plain, said.entries)),
        len(said.hidden),
        len(said.shadowed),
        len(said.invalid) if path in reference.directories else 0,
        said.truncated,
        said.skipped,
    )


def listed(evaluator: Evaluator, filing: Filing, path: str) -> Seen | None:
    try:
        return seen(evaluator.listing(filing, path))
    except NotShownError:
        return None


def compare(life: Life, filing: Filing) -> None:
    reference = life.reference()
    paths = [each for each in dict.fromkeys([*PROBES, *reference.paths()]) if not is_reserved(each)]
    wanted = {path: expected(reference, path) for path in paths}
    for evaluator in life.evaluators():
        for path, want in wanted.items():
            assert listed(evaluator, filing, path) == want, path


histories = st.tuples(beginnings, st.lists(acts, max_size=6)).map(
    lambda parts: [parts[0], *([act] for act in parts[1])]
)


@given(histories)
def test_every_listing_is_what_the_page_says_after_each_act(history: list[list[Act]]) -> None:
    live(history, compare)


def names_lead(life: Life, filing: Filing) -> None:
    reference = life.reference()
    looking, listing = life.evaluator(), life.keeping
    for path in reference.paths():
        entries = {each.name: each for each in reference.entries(path)}
        if is_reserved(path):
            continue
        for evaluator in (looking, listing):
            for name in {*entries, *NAMES, "d", "nothing"}:
                if name != ".mosaic" or path != "/":
                    found = looked_up(evaluator, filing, joined(path, name))
                    assert found == entries.get(name), (path, name)
        listing.listing(filing, path)


def looked_up(evaluator: Evaluator, filing: Filing, path: str) -> Shown | None:
    try:
        return plain(evaluator.look_up(filing, path))
    except NotShownError:
        return None


@given(histories)
def test_every_name_leads_to_what_the_page_says_and_others_to_nothing(history: list[list[Act]]) -> None:
    live(history, names_lead)


def files_are_told_of(life: Life, filing: Filing) -> None:
    reference = life.reference()
    shown = reference.places()
    for file_id in reference.files:
        for evaluator in (life.keeping, life.evaluator()):
            places = evaluator.paths_of(filing, file_id, 1_000)
            assert [each for each in places if not is_reserved(each)] == sorted(shown.get(file_id, []))
    for path in reference.directories:
        below = [each for each in reference.directories if is_below(path, each)]
        above = [each for each in reference.directories if is_below(each, path)]
        for file_id in reference.files:
            (said,) = explain(life.keeping, filing, path, file_id)
            if said.virtual_path is not None and is_reserved(said.virtual_path):
                continue
            expected = {fate for each in (path, *below) for fate in reference.fates(each, file_id)}
            expected |= {"shadowed"} & {fate for each in above for fate in reference.fates(each, file_id)}
            assert said.result in expected, (path, file_id)
            assert said.result == "visible" or reference.fates(path, file_id) != {"visible"}, (path, file_id)


@given(histories)
def test_a_file_is_told_where_it_is_and_why_it_is_not(history: list[list[Act]]) -> None:
    live(history, files_are_told_of)


# --- what must hold, whatever the reference says ---------------------------------------------------------------------


def promises_are_kept(life: Life, filing: Filing) -> None:
    reference, evaluator = life.reference(), life.keeping
    inodes: dict[str, int] = {}
    for path, entries in walked(evaluator, filing).items():
        assert len({each.name for each in entries}) == len(entries)
        for each in entries:
            assert showable(each.name)
            assert len(encoded(each.name)) <= 255
            if each.file_id is not None:
                assert reference.files[each.file_id].status == "active"
                assert inodes.setdefault(each.file_id, each.inode) == each.inode
                assert is_reserved(path) or is_let_through(reference, path, each.file_id)
            elif each.origin == "synthetic" and path != "/":
                assert each.inode == computed_inode(f"dir:{joined(path, each.name)}")
        if path != "/" and not reference.exists(path) and not is_reserved(path):
            assert entries


def walked(evaluator: Evaluator, filing: Filing) -> dict[str, tuple[Shown, ...]]:
    """All listings, from the root down."""
    found: dict[str, tuple[Shown, ...]] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        found[path] = evaluator.listing(filing, path).entries
        waiting += [joined(path, each.name) for each in found[path] if each.kind == "directory"]
    return found


def is_let_through(reference: Reference, path: str, file_id: str) -> bool:
    """By every gate above."""
    home, _ = reference.nearest(path)
    subject = reference.subject(file_id)
    return home is None or all(decision(gate, subject) != "exclude" for gate in reference.gates(home))


@given(histories)
def test_what_must_hold_of_every_listing_holds(history: list[list[Act]]) -> None:
    live(history, promises_are_kept)


@given(beginnings, st.lists(steps().map(nobodys), min_size=1, max_size=3), st.data())
def test_steps_that_cannot_be_asked_change_nothing(
    beginning: list[Act], useless: list[Step], data: st.DataObject
) -> None:
    def mixed(given: tuple[Step, ...]) -> tuple[Step, ...]:
        found = list(given)
        for each in useless:
            found.insert(data.draw(st.integers(0, len(found))), each)
        return tuple(found)

    before: list[dict[str, tuple[Shown, ...]]] = []
    changed = []
    for act in beginning:
        if isinstance(act.noun, VirtualDirectory):
            mounts = tuple(msgspec.structs.replace(each, steps=mixed(each.steps)) for each in act.noun.mounts)
            changed.append(
                act._replace(noun=msgspec.structs.replace(act.noun, steps=mixed(act.noun.steps), mounts=mounts))
            )
    live([beginning, changed], lambda life, filing: before.append(walked(life.keeping, filing)))
    assert before[0] == before[1]
