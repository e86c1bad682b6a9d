"""What leaves by its age, and what stays because a person made something of it."""

import pytest
from msgspec import structs

from mosaicfs import wire
from mosaicfs.documents.ownership import owner_of
from mosaicfs.model.document import Document
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.ids import SETTINGS_ID, label_assignment_id, tail_of, utilization_id
from mosaicfs.model.label import LabelAssignment
from mosaicfs.model.noun import Noun
from mosaicfs.model.role import CONTROL
from mosaicfs.model.settings import Settings
from mosaicfs.model.times import instant, time_text
from mosaicfs.model.utilization import UtilizationSnapshot
from mosaicfs.services import expiring
from mosaicfs.services.expiring import expire_once
from mosaicfs_sdk.fakes.store import MemoryStore

NOW = instant("2026-06-01T12:00:00Z") / 1_000_000
DAY = 86_400


def clock() -> float:
    return NOW


def ago(days: float) -> str:
    return time_text(int((NOW - days * DAY) * 1_000_000))


def file(number: int, deleted_days: float | None) -> tuple[str, File]:
    doc_id = f"file::01977420-0000-7000-8000-{number:012d}"
    deleted = {} if deleted_days is None else {"deleted_at": ago(deleted_days), "deleted_reason": "gone"}
    made = File(
        inode=1000 + number,
        name=f"{number}",
        source=FileSource(node_id="node-a", export_path=f"/a/{number}", export_parent="/a"),
        size=1,
        mtime="2026-01-01T00:00:00.000000Z",
        status="active",
    )
    return doc_id, structs.replace(made, status="deleted", **deleted) if deleted else made


def snapshot(days: float) -> tuple[str, UtilizationSnapshot]:
    at = ago(days)
    return utilization_id("node-a", at), UtilizationSnapshot(node_id="node-a", captured_at=at, filesystems=())


async def put(store: MemoryStore, *nouns: tuple[str, Noun]) -> None:
    rows = await store.write([Document(doc_id, "", wire.encode(noun)) for doc_id, noun in nouns], writer=CONTROL)
    assert not [row for row in rows if row.error]


async def left(store: MemoryStore, *nouns: tuple[str, Noun]) -> list[bool]:
    found = [await store.get(doc_id) for doc_id, _ in nouns]
    return [document is not None and not document.deleted for document in found]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    monkeypatch.setattr(expiring, "PAGE", 2)
    return MemoryStore()


async def test_a_file_deleted_long_ago_becomes_a_tombstone_that_still_names_its_owner(store: MemoryStore) -> None:
    files = [file(1, None), file(2, 89), file(3, 91), file(4, 200), file(5, 201)]
    await put(store, *files)
    await expire_once(store, as_control=True, clock=clock)
    assert await left(store, *files) == [True, True, False, False, False]
    gone = await store.get(files[2][0])
    assert gone is not None
    assert owner_of(gone) == "node-a"


async def test_a_label_keeps_the_document_of_a_deleted_file(store: MemoryStore) -> None:
    labelled, plain = file(1, 300), file(2, 300)
    uuid = tail_of(labelled[0])
    label = LabelAssignment(file_id=labelled[0], labels=("work",), updated_at=ago(400), updated_by="owner")
    await put(store, labelled, plain, (label_assignment_id(uuid), label))
    await expire_once(store, as_control=True, clock=clock)
    assert await left(store, labelled, plain) == [True, False]


async def test_a_node_drops_its_own_snapshots_and_prunes_nothing(store: MemoryStore) -> None:
    old, older, new, deleted = snapshot(90.5), snapshot(200), snapshot(89), file(1, 300)
    await put(store, old, older, new, deleted)
    await expire_once(store, as_control=False, clock=clock)
    assert await left(store, old, older, new, deleted) == [False, False, True, True]
    assert await store.get(old[0]) is None, "dropped, without a tombstone"


async def test_zero_keeps_everything_and_another_number_is_kept_to(store: MemoryStore) -> None:
    kept = [snapshot(2_000), file(1, 2_000)]
    settings = Settings(deleted_files_retention_days=0, utilization_retention_days=0)
    await put(store, *kept, (SETTINGS_ID, settings))
    await expire_once(store, as_control=True, clock=clock)
    assert await left(store, *kept) == [True, True]
    document = await store.get(SETTINGS_ID)
    assert document is not None
    shorter = structs.replace(settings, deleted_files_retention_days=2_001, utilization_retention_days=1)
    await store.write([Document(SETTINGS_ID, document.rev, wire.encode(shorter))], writer=CONTROL)
    await expire_once(store, as_control=True, clock=clock)
    assert await left(store, *kept) == [False, True]
