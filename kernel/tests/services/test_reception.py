"""What a heartbeat makes of the documents of a node, and what is not worth a write."""

import pytest
from msgspec import structs

from mosaicfs import wire
from mosaicfs.errors import AccessRefusedError
from mosaicfs.model.filesystem import Availability, Filesystem
from mosaicfs.model.heartbeat import Heartbeat, JobReport
from mosaicfs.model.ids import filesystem_doc_id, node_doc_id
from mosaicfs.model.node import Node, Storage
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import IdRange, Store
from mosaicfs.services.reception import Reception, read_reports
from mosaicfs.services.revising import revise

BEAT = Heartbeat(
    node_id="node-attic",
    name="Attic",
    platform="linux",
    version="1.4.0",
    vfs_capable=False,
    watch_paths=("/srv/media", "/home/mark/Notes & more"),
    storage=(
        Storage(
            filesystem_id="5b1f0c6e-2d4a-4f0e-9c11-7a6d5e4b3c2a",
            mount_point="/srv",
            fs_type="ext4",
            device="/dev/sda1",
            capacity_bytes=1000,
            used_bytes=10,
            watch_paths_on_fs=("/srv/media",),
        ),
    ),
    status="online",
    overall="healthy",
    subsystems={},
    time="2040-01-02T09:20:00Z",
)


class Clock:
    def __init__(self) -> None:
        self.now = 2_209_108_800.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reception(store: Store, clock: Clock) -> Reception:
    return Reception(store, clock)


async def node(store: Store) -> tuple[int, Node]:
    found = await store.get(node_doc_id("node-attic"))
    assert found
    noun = wire.decode(found.id, found.body)
    assert isinstance(noun, Node)
    return int(found.rev.partition("-")[0]), noun


async def filesystem(store: Store, slug: str) -> tuple[int, Filesystem]:
    found = await store.get(filesystem_doc_id(f"node-attic::{slug}"))
    assert found
    noun = wire.decode(found.id, found.body)
    assert isinstance(noun, Filesystem)
    return int(found.rev.partition("-")[0]), noun


async def test_the_first_heartbeat_makes_the_node_and_its_folders(real_store: Store, clock: Clock) -> None:
    await Reception(real_store, clock).receive(BEAT)
    _, noun = await node(real_store)
    assert (noun.friendly_name, noun.status, noun.last_heartbeat) == ("Attic", "online", "2040-01-02T09:20:00Z")
    assert (noun.watch_paths, noun.storage) == (BEAT.watch_paths, BEAT.storage)
    _, media = await filesystem(real_store, "srv-media")
    assert (media.friendly_name, media.export_root, media.owning_node_id) == ("Attic media", "/srv/media", "node-attic")
    assert media.storage_filesystem_id == BEAT.storage[0].filesystem_id
    assert media.availability == (
        Availability(
            node_id="node-attic",
            local_mount_path="/srv/media",
            mount_type="local",
            last_seen="2040-01-02T09:20:00Z",
        ),
    )
    _, notes = await filesystem(real_store, "home-mark-notes-more")
    assert notes.storage_filesystem_id is None


async def test_what_a_person_added_outlives_the_heartbeats_of_a_node_that_does_not_know_it_yet(
    reception: Reception, store: Store
) -> None:
    await reception.receive(BEAT)
    added = {"watch_paths": (*BEAT.watch_paths, "/srv/more", "/etc"), "added_paths": ("/srv/more", "/etc")}
    await revise(store, node_doc_id("node-attic"), CONTROL, Node, lambda node: node and structs.replace(node, **added))
    await reception.receive(structs.replace(BEAT, watch_paths=("/srv/media",)))
    assert (await node(store))[1].watch_paths == ("/srv/media", "/srv/more", "/etc"), "its own one was taken out there"
    await reception.receive(structs.replace(BEAT, watch_paths=("/srv/media",), adopted_paths=("/srv/more",)))
    _, folder = await filesystem(store, "srv-more")
    assert folder.export_root == "/srv/more"
    assert await store.get(filesystem_doc_id("node-attic::etc")) is None, "it is refused there"


async def test_heartbeats_without_news_write_every_ten_minutes(
    reception: Reception, store: Store, clock: Clock
) -> None:
    for _ in range(40):
        await reception.receive(BEAT)
        clock.now += 30
    revision, noun = await node(store)
    assert (revision, noun.last_heartbeat) == (2, "2040-01-02T09:30:00Z")
    assert (await filesystem(store, "srv-media"))[0] == 1


async def test_presence_of_a_folder_is_written_once_a_day(reception: Reception, store: Store, clock: Clock) -> None:
    for _ in range(50):
        await reception.receive(BEAT)
        clock.now += 3600
    revision, noun = await filesystem(store, "srv-media")
    assert (revision, noun.availability[0].last_seen) == (3, "2040-01-04T09:20:00Z")


async def test_what_is_reported_is_taken_over_and_what_people_edit_stays(
    reception: Reception, store: Store, clock: Clock
) -> None:
    await reception.receive(BEAT)
    await revise(
        store,
        node_doc_id("node-attic"),
        CONTROL,
        Node,
        lambda before: (
            before and structs.replace(before, friendly_name="Loft", draining=True, unknown={"mood": "sunny"})
        ),
    )
    await reception.receive(structs.replace(BEAT, version="1.5.0", storage=()))
    _, noun = await node(store)
    assert (noun.friendly_name, noun.draining, noun.unknown) == ("Loft", True, {"mood": "sunny"})
    assert (noun.version, noun.storage) == ("1.5.0", ())
    assert (await filesystem(store, "srv-media"))[1].storage_filesystem_id == BEAT.storage[0].filesystem_id


@pytest.mark.parametrize(
    ("beat", "status"),
    [
        ({}, "online"),
        ({"overall": "degraded"}, "degraded"),
        ({"overall": "unhealthy"}, "degraded"),
        ({"status": "offline", "overall": "degraded"}, "offline"),
    ],
)
async def test_the_status_follows_at_once(
    beat: dict[str, str], status: str, reception: Reception, store: Store, clock: Clock
) -> None:
    await reception.receive(structs.replace(BEAT, overall="degraded"))
    clock.now += 1
    await reception.receive(structs.replace(BEAT, **beat))
    _, noun = await node(store)
    assert noun.status == status
    assert (noun.last_heartbeat == "2040-01-02T09:20:01Z") is (status != "degraded")


async def test_a_removed_node_is_refused_and_stays_as_it_is(reception: Reception, store: Store, clock: Clock) -> None:
    await reception.receive(BEAT)
    await revise(
        store,
        node_doc_id("node-attic"),
        CONTROL,
        Node,
        lambda before: before and structs.replace(before, status="disabled"),
    )
    with pytest.raises(AccessRefusedError, match="removed"):
        await reception.receive(structs.replace(BEAT, version="2.0.0"))
    _, noun = await node(store)
    assert (noun.status, noun.version) == ("disabled", "1.4.0")


async def test_folders_with_like_names_are_told_apart(reception: Reception, store: Store) -> None:
    both = structs.replace(BEAT, watch_paths=("/srv/a b", "/srv/a-b"))
    for _ in range(2):
        await reception.receive(both)
    rows = await store.ids(IdRange("filesystem::", "filesystem::~"), 10)
    assert len(rows) == 2
    assert (await filesystem(store, "srv-a-b"))[1].export_root == "/srv/a b"


async def test_mounts_of_the_folder_elsewhere_stay(reception: Reception, store: Store) -> None:
    await reception.receive(BEAT)
    elsewhere = Availability(
        node_id="node-nas", local_mount_path="/mnt/attic", mount_type="nfs", last_seen="2040-01-01T00:00:00Z"
    )
    await revise(
        store,
        filesystem_doc_id("node-attic::srv-media"),
        CONTROL,
        Filesystem,
        lambda before: before and structs.replace(before, availability=(*before.availability, elsewhere)),
    )
    await reception.receive(BEAT)
    assert elsewhere in (await filesystem(store, "srv-media"))[1].availability


async def test_what_is_said_of_work_waits_for_the_control_plane(real_store: Store, clock: Clock) -> None:
    """The last word counts, and the node document stays as it is."""
    reception = Reception(real_store, clock)
    await reception.receive(BEAT)
    before = await node(real_store)
    assert await read_reports(real_store, "node-attic") == ()
    for state in ("running", "running", "done"):
        report = JobReport(job_id="job-1", state=state, result={"files": 3}, errors=("one",))
        await reception.receive(structs.replace(BEAT, jobs=(report,)))
        assert await read_reports(real_store, "node-attic") == (report,)
    await reception.receive(BEAT)
    assert await read_reports(real_store, "node-attic") == ()
    assert await node(real_store) == before


async def test_a_receiver_that_is_the_control_plane_keeps_no_reports(real_store: Store, clock: Clock) -> None:
    report = JobReport(job_id="job-1", state="done")
    await Reception(real_store, clock, keeps_reports=False).receive(structs.replace(BEAT, jobs=(report,)))
    assert await read_reports(real_store, "node-attic") == ()
