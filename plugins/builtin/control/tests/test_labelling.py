"""Long work on labels: it goes on after a restart, gives way to who was quicker, and stops where it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
import pytest
import trio

from mosaicfs import wire
from mosaicfs.model.document import Document, Written
from mosaicfs.model.json import JsonObject
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.role import CONTROL, Role
from mosaicfs.model.search import Search
from mosaicfs.model.store import Store
from mosaicfs_control.jobs.jobs import Jobs, Work, open_jobs
from mosaicfs_control.labelling import BATCH, label_files, rename_label
from mosaicfs_sdk.fakes.store import MemoryStore
from plugins.builtin.control.tests.api.seeds import file, file_id
from plugins.builtin.control.tests.jobs.waiting import over

MANY = BATCH + 20
ALL: JsonObject = {"search": msgspec.to_builtins(Search(path_prefix="/many")), "add": ["seen"], "remove": []}


class Interrupted(MemoryStore):
    """Something happens just before each write of the control plane."""

    def __init__(self) -> None:
        super().__init__()
        self.before_write: Callable[[], Awaitable[object]] | None = None

    async def write(self, docs: Sequence[Document], *, writer: Role, new_edits: bool = True) -> list[Written]:
        if self.before_write is not None:
            happens, self.before_write = self.before_write, None
            await happens()
        return await super().write(docs, writer=writer, new_edits=new_edits)


def publish(kind: str, data: JsonObject, node_id: str | None) -> None: ...


@pytest.fixture
async def store() -> Interrupted:
    made = Interrupted()
    bodies = [Document(file_id(n), "", wire.canonical(file(f"/many/{n:04}"))) for n in range(MANY)]
    assert not [row for row in await made.write(bodies, writer=CONTROL) if row.error]
    return made


@pytest.fixture
async def jobs(tmp_path: Path) -> AsyncIterator[Jobs]:
    async with open_jobs(tmp_path, publish) as opened:
        yield opened


async def labels_of(store: Store, number: int) -> tuple[str, ...]:
    found = await store.get(f"label_{file_id(number)}")
    if found is None or found.deleted:
        return ()
    noun = wire.decode(found.id, found.body)
    assert isinstance(noun, LabelAssignment)
    return noun.labels


async def assign(store: Interrupted, number: int, *labels: str) -> None:
    found = await store.get(f"label_{file_id(number)}")
    noun = LabelAssignment(
        file_id=file_id(number), labels=labels, updated_at="2026-01-15T14:30:00Z", updated_by="somebody"
    )
    document = Document(f"label_{file_id(number)}", "" if found is None else found.rev, wire.encode(noun))
    assert not [row for row in await MemoryStore.write(store, [document], writer=CONTROL) if row.error]


async def test_a_restart_goes_on_with_labelling(tmp_path: Path, store: Interrupted) -> None:
    async def forever(work: Work) -> None:
        await trio.sleep_forever()

    async with open_jobs(tmp_path, publish) as before:
        job = await before.create("label_bulk", ALL, "owner", run=forever)
    for number in range(0, MANY, 2):
        await assign(store, number, "seen")
    async with open_jobs(tmp_path, publish, {"label_bulk": lambda jobs: label_files(store)}) as after:
        done = await over(after, job)
    assert (done.state, done.counts.done, done.counts.skipped) == ("done", MANY // 2, MANY // 2)
    assert [await labels_of(store, number) for number in (0, 1, MANY - 1)] == [("seen",)] * 3


async def test_who_was_quicker_keeps_what_he_wrote(jobs: Jobs, store: Interrupted) -> None:
    await assign(store, 1, "old")

    async def meanwhile() -> None:
        await assign(store, 1, "new")
        await assign(store, 2, "other")

    store.before_write = meanwhile
    done = await over(jobs, await jobs.create("label_bulk", ALL, "owner", run=label_files(store)))
    assert (done.state, done.counts.done) == ("done", MANY)
    assert await labels_of(store, 1) == ("new", "seen")
    assert await labels_of(store, 2) == ("other", "seen")


async def test_what_is_cancelled_between_batches_keeps_what_was_done(jobs: Jobs, store: Interrupted) -> None:
    run = label_files(store)

    async def cancelled_after_a_batch(work: Work) -> JsonObject | None:
        async def first() -> None:
            async def second() -> None:
                await jobs.cancel(work.job.job_id)
                await trio.lowlevel.checkpoint()

            store.before_write = second

        store.before_write = first
        return await run(work)

    done = await over(jobs, await jobs.create("label_bulk", ALL, "owner", run=cancelled_after_a_batch))
    assert (done.state, done.counts.done) == ("cancelled", BATCH)
    assert [await labels_of(store, number) for number in (0, MANY - 1)] == [("seen",), ()]


async def test_a_label_is_renamed_at_more_files_than_one_page_holds(jobs: Jobs, store: Interrupted) -> None:
    await over(jobs, await jobs.create("label_bulk", ALL, "owner", run=label_files(store)))
    rule = LabelRule(
        node_id="*", path_prefix="/", labels=("seen",), name="r", enabled=True, created_at="2026-01-15T14:30:00Z"
    )
    await store.write([Document("label_rule::1", "", wire.encode(rule))], writer=CONTROL)
    job = await jobs.create("label_rename", {"from": "seen", "to": "done"}, "owner", run=rename_label(store))
    done = await over(jobs, job)
    assert (done.state, done.result) == ("done", {"rules": 1, "files": MANY})
    assert await store.labels() == ["done"]
