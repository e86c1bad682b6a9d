"""The tree of a process over a real database: who asks sees what is stored, and who asks together shares the work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest
import trio
import trio.testing
from msgspec import structs

from mosaicfs import wire
from mosaicfs.documents.sqlite import open_store
from mosaicfs.errors import InvalidDirectoryError, NotShownError, UnsupportedError
from mosaicfs.model.configuration import TreeSettings
from mosaicfs.model.directory import Mount, MountSource
from mosaicfs.model.document import Document
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.filing import Filing
from mosaicfs.model.ids import label_assignment_id, label_rule_id, tail_of
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.noun import Noun
from mosaicfs.model.role import CONTROL
from mosaicfs.model.step import Step
from mosaicfs.model.store import Store
from mosaicfs.model.tree import DirectoryChange, Draft, Listing
from mosaicfs.services.directories import LocalDirectories
from mosaicfs.services.tree import LocalTree

T = TypeVar("T")
NOW = "2026-03-14T09:00:00Z"
ALL = Mount(
    mount_id="00000001",
    source=MountSource(node_id="node-a", export_path="/"),
    strategy="prefix_replace",
    conflict_policy="suffix_node_id",
)
EVERYTHING = Draft(mounts=(ALL,))
NO_PDF = Step(op="glob", on_match="exclude", unknown={"pattern": "*.pdf"})


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "mosaicfs.db", tmp_path) as opened:
        yield opened


@pytest.fixture
def tree(store: Store) -> LocalTree:
    return LocalTree(store)


@pytest.fixture
def directories(store: Store) -> LocalDirectories:
    return LocalDirectories(store)


def file_id(number: int) -> str:
    return f"file::018f6a7e-3c2b-7d11-9a54-{number:012x}"


def file(number: int, path: str) -> Document:
    folder, _, name = path.rpartition("/")
    source = FileSource(node_id="node-a", export_path=path, export_parent=folder or "/")
    noun = File(
        inode=5_000 + number, name=name, source=source, size=7, mtime="2026-01-15T14:30:00.000000Z", status="active"
    )
    return Document(file_id(number), "", wire.encode(noun))


async def put(store: Store, *documents: Document) -> None:
    assert not [row for row in await store.write(documents, writer=CONTROL) if row.error]


def names(listing: Listing) -> list[str]:
    return [each.name for each in listing.entries]


class Slow:
    """A store whose looks wait until they may go on; what may be asked is all that it has."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.looks = 0
        self.may_look = trio.Event()

    async def filed(self, work: Callable[[Filing], T]) -> T:
        self.looks += 1
        await self.may_look.wait()
        return await self._store.filed(work)  # type: ignore[attr-defined,no-any-return]


async def test_a_listing_is_of_the_last_commit(store: Store, tree: LocalTree, directories: LocalDirectories) -> None:
    await put(store, file(1, "/a.txt"), file(2, "/x/b.pdf"))
    await directories.create("/all", EVERYTHING)
    assert names(await tree.listing("/all")) == ["x", "a.txt"]
    await directories.change("/all", DirectoryChange(steps=(NO_PDF,)))
    assert names(await tree.listing("/all")) == ["a.txt"]
    await put(store, file(3, "/c.txt"))
    assert names(await tree.listing("/all")) == ["a.txt", "c.txt"]
    await directories.change("/all", DirectoryChange(name="some"))
    assert names(await tree.listing("/")) == ["some"]
    with pytest.raises(NotShownError):
        await tree.listing("/all")


async def test_a_moved_directory_keeps_the_number_it_is_known_by(
    store: Store, tree: LocalTree, directories: LocalDirectories
) -> None:
    await put(store, file(1, "/a.txt"))
    await directories.create("/p/q", EVERYTHING, parents=True)
    before = [(await tree.look_up(path)).inode for path in ("/p", "/p/q", "/p/q/a.txt")]
    await directories.change("/p", DirectoryChange(name="r"))
    assert [(await tree.look_up(path)).inode for path in ("/r", "/r/q", "/r/q/a.txt")] == before


async def test_where_a_file_is_and_what_it_is_called_by_are_told(
    store: Store, tree: LocalTree, directories: LocalDirectories
) -> None:
    await put(store, file(1, "/x/a.txt"), file(2, "/b.txt"))
    await directories.create("/all", EVERYTHING)
    assert await tree.paths_of(file_id(1)) == ["/all/x/a.txt"]
    assert (await tree.look_up("/all/x/a.txt")).file_id == file_id(1)
    mine = LabelAssignment(file_id=file_id(1), labels=("mine",), updated_at=NOW, updated_by="MOSAICFS_TEST")
    rule = LabelRule(node_id="*", path_prefix="/x/", labels=("work",), name="Work", enabled=True, created_at=NOW)
    labels: dict[str, Noun] = {label_assignment_id(tail_of(file_id(1))): mine, label_rule_id("1"): rule}
    await put(store, *(Document(doc_id, "", wire.encode(noun)) for doc_id, noun in labels.items()))
    of_second, of_nobody, of_first = await tree.labels_of([file_id(2), "file::nobody", file_id(1)])
    assert [(each.label, each.rule_name) for each in of_first] == [("mine", ""), ("work", "Work")]
    assert (of_second, of_nobody) == ((), ())
    assert (await tree.state()).directories == 1


async def test_a_directory_comes_with_the_gates_above_it(tree: LocalTree, directories: LocalDirectories) -> None:
    await directories.create("/a", Draft(steps=(NO_PDF,), mounts=(ALL,), enforce_steps_on_children=True))
    await directories.create("/a/b", Draft(steps=(NO_PDF,)))
    saved = await directories.create("/a/b/c")
    found = await tree.directory("/a/b/c")
    assert (found.document, found.rev) == saved
    assert [(each.virtual_path, each.steps, each.mount_steps) for each in found.inherited] == [
        ("/a", (NO_PDF,), (("00000001", ()),))
    ]
    for path in ("/a/x", "/.mosaic/recent", "/federation"):
        with pytest.raises(NotShownError):
            await tree.directory(path)


async def test_a_preview_shows_what_a_draft_would_and_saves_nothing(
    store: Store, tree: LocalTree, directories: LocalDirectories
) -> None:
    await put(store, file(1, "/x/a.txt"), file(2, "/b.pdf"))
    saved = await directories.create("/all", EVERYTHING)
    found = await tree.preview("/all", Draft(steps=(NO_PDF,)))
    assert ([each.relative_path for each in found.items], found.total, found.partial) == (["x/a.txt"], 1, False)
    new = await tree.preview("/all/new", Draft(mounts=(structs.replace(ALL, mount_id=""),)))
    assert (new.total, len(new.per_mount[0].mount_id)) == (2, 8)
    found_again = await tree.directory("/all")
    assert (found_again.document, found_again.rev) == saved
    assert names(await tree.listing("/all")) == ["x", "b.pdf"]


async def test_a_preview_names_the_faults_of_its_draft(tree: LocalTree, directories: LocalDirectories) -> None:
    await directories.create("/all", EVERYTHING)
    wrong = Draft(steps=(NO_PDF, Step(op="size")))
    for path in ("/all", "/new"):
        with pytest.raises(InvalidDirectoryError) as refused:
            await tree.preview(path, wrong)
        assert refused.value.faults[0][0].startswith("steps[1]")
    with pytest.raises(NotShownError):
        await tree.preview("/nowhere/new", Draft())


async def test_a_preview_lets_others_in_and_ends_in_time(
    store: Store, tree: LocalTree, directories: LocalDirectories
) -> None:
    """It is in parts as soon as its time is over, with what it has found by then."""
    for folder in range(3):
        await put(store, *(file(folder * 4_000 + n, f"/{folder}/{n}") for n in range(4_000)))
    await directories.create("/all", EVERYTHING)
    order: list[str] = []

    async def preview() -> None:
        assert (await tree.preview("/all", Draft(), timeout_s=1_000)).total == 12_000
        order.append("preview")

    async def ask() -> None:
        await tree.state()
        order.append("state")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(preview)
        await trio.lowlevel.checkpoint()
        nursery.start_soon(ask)
    assert order == ["state", "preview"]
    cut = await tree.preview("/all", Draft(), timeout_s=0)
    assert cut.partial
    assert cut.total < 12_000


async def test_why_something_is_where_is_told(store: Store, tree: LocalTree, directories: LocalDirectories) -> None:
    await put(store, file(1, "/a.txt"), file(2, "/b.pdf"))
    await directories.create("/all", structs.replace(EVERYTHING, steps=(NO_PDF,)))
    (shown,) = await tree.explain("/all/a.txt")
    assert (shown.result, shown.file_id) == ("visible", file_id(1))
    (hidden,) = await tree.explain("/all", file_id(2))
    assert (hidden.result, hidden.trace[-1].outcome) == ("excluded", "excluded")


async def test_nothing_is_read_before_somebody_asks(store: Store) -> None:
    slow = Slow(store)
    LocalTree(slow)  # type: ignore[arg-type]
    assert slow.looks == 0


async def test_settings_reach_the_tree(store: Store) -> None:
    assert names(await LocalTree(store).listing("/")) == []
    assert names(await LocalTree(store, TreeSettings(show_mosaic=True)).listing("/")) == [".mosaic"]


async def test_a_store_that_shows_no_files_has_no_tree() -> None:
    with pytest.raises(UnsupportedError):
        await LocalTree(object()).listing("/")  # type: ignore[arg-type]


async def test_who_waits_for_the_same_listing_shares_one_evaluation(
    store: Store, directories: LocalDirectories
) -> None:
    """The first is being answered already; the others could need what was written since, and share the next."""
    await directories.create("/all", EVERYTHING)
    slow = Slow(store)
    tree = LocalTree(slow)  # type: ignore[arg-type]
    found: list[list[str]] = []

    async def ask() -> None:
        found.append(names(await tree.listing("/all")))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await trio.testing.wait_all_tasks_blocked()
        await put(store, file(1, "/a.txt"))
        for _ in range(50):
            nursery.start_soon(ask)
        await trio.testing.wait_all_tasks_blocked()
        slow.may_look.set()
    assert slow.looks == 2
    assert found[-50:] == [["a.txt"]] * 50


async def test_the_others_go_on_when_who_asked_first_is_gone(store: Store) -> None:
    slow = Slow(store)
    tree = LocalTree(slow)  # type: ignore[arg-type]
    found: list[str] = []

    async def ask(scope: trio.CancelScope) -> None:
        with scope:
            found.append((await tree.listing("/")).path)

    scopes = [trio.CancelScope() for _ in range(5)]
    async with trio.open_nursery() as nursery:
        for scope in scopes:
            nursery.start_soon(ask, scope)
            await trio.testing.wait_all_tasks_blocked()
        for scope in scopes[:3]:
            scope.cancel()
            await trio.testing.wait_all_tasks_blocked()
        slow.may_look.set()
    assert found == ["/"] * 2


async def test_what_goes_wrong_is_told_to_all_who_share_it(store: Store) -> None:
    slow = Slow(store)
    tree = LocalTree(slow)  # type: ignore[arg-type]
    told: list[str] = []

    async def ask() -> None:
        with pytest.raises(NotShownError) as refused:
            await tree.listing("/nowhere")
        told.append(refused.value.path)

    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(ask)
        await trio.testing.wait_all_tasks_blocked()
        slow.may_look.set()
    assert (told, slow.looks) == (["/nowhere"] * 5, 1)
