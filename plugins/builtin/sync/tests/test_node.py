"""A node and its control plane, here two stores without a wire: what goes over, and with whom."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import replace

import msgspec
import pytest
import trio

from mosaicfs.errors import AccessRefusedError, SourceUnavailableError
from mosaicfs.model.document import ChangePage, Document, Missing, Written
from mosaicfs.model.replication import PeerInfo
from mosaicfs.model.role import CONTROL, node_role
from mosaicfs.model.store import Store
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sdk.fakes.told import FakeNotices, FakeStanding
from mosaicfs_sync.faring import Faring
from mosaicfs_sync.local import CALLER, LocalPeer
from mosaicfs_sync.node import MET, Met, Node

pytestmark = pytest.mark.patient

STATUS = (
    b'{"type":"agent_status","node_id":"node-n","updated_at":"2026-01-01T00:00:00Z","overall":"healthy",'
    b'"subsystems":{},"recent_errors":[],"available_plugins":[],"watch_paths":[]}'
)

PIN = b'{"type":"pin","node_id":"node-n","name":"Trip","created_at":"2026-01-01T00:00:00Z","scope":{"path":"/trip"}}'

STORAGE_ID = "utilization::node-n::2099-01-01T00:00:00Z"
STORAGE = b'{"type":"utilization_snapshot","node_id":"node-n","captured_at":"2099-01-01T00:00:00Z"}'


class Server(LocalPeer):
    """The store of a control plane, as a peer that may be away."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, role=node_role("node-n"))
        self.asked: list[str] = []
        self.given: list[str] = []
        self.trouble: Exception | None = None

    async def info(self) -> PeerInfo:
        self._meet("info")
        return await super().info()

    async def changes(self, since: str, limit: int, *, wait: bool, bodies: bool = False) -> ChangePage:
        self._meet("changes")
        page = await super().changes(since, limit, wait=wait, bodies=bodies)
        if self.trouble is not None:
            raise self.trouble  # who waited when it went away
        return page

    async def revs_diff(self, asked: Mapping[str, Sequence[str]]) -> Mapping[str, Missing]:
        self._meet("revs_diff")
        return await super().revs_diff(asked)

    async def write(self, documents: Sequence[Document]) -> Sequence[Written]:
        self.given += [document.id for document in documents]
        return await super().write(documents)

    def _meet(self, call: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.asked.append(call)


class Scene:
    def __init__(self) -> None:
        self.store, self.far = MemoryStore(), MemoryStore()
        self.server = Server(self.far)
        self.node = Node(self.store, "node-n", "instance-1")
        self.standing, self.notices = FakeStanding(), FakeNotices()
        self.faring = Faring("https://nas.example:8443", self.standing, self.notices)
        self.pulled = trio.Event()

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.node.follow, self.server, self.faring, self._on_pulled)
            yield
            nursery.cancel_scope.cancel()

    async def _on_pulled(self) -> None:
        await trio.lowlevel.checkpoint()
        self.pulled.set()

    async def until(self, true: Callable[[], bool]) -> None:
        with trio.fail_after(20):
            while not true():  # noqa: ASYNC110 - what is waited for is a conversation
                await trio.sleep(0.01)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def note(store: MemoryStore, doc_id: str = "note::a") -> None:
    await store.write([Document(doc_id, "", b'{"type":"note"}')], writer=CONTROL)


async def tell_status(store: MemoryStore) -> None:
    (row,) = await store.write([Document("status::node-n", "", STATUS)], writer=node_role("node-n"))
    assert not row.error, row.reason


async def tell_storage(store: MemoryStore) -> None:
    (row,) = await store.write([Document(STORAGE_ID, "", STORAGE)], writer=node_role("node-n"))
    assert not row.error, row.reason


async def met(scene: Scene) -> Met | None:
    kept = await scene.store.local_get(CALLER, MET)
    return msgspec.json.decode(kept.body, type=Met) if kept else None


async def test_everything_has_come_when_it_is_said_and_what_is_ours_goes_over(scene: Scene) -> None:
    for n in range(1_500):
        await note(scene.far, f"note::{n:04}")
    await tell_status(scene.store)
    async with scene.following():
        with trio.fail_after(20):
            await scene.pulled.wait()
        assert await scene.store.get("note::1499") is not None
        assert (await scene.store.info()).live >= 1_500
        with trio.fail_after(20):
            while await scene.far.get("status::node-n") is None:  # noqa: ASYNC110 - what is waited for is a push
                await trio.sleep(0.01)
    assert await met(scene) == Met("instance-1", (await scene.far.info()).uuid)


async def test_a_control_plane_that_was_never_reached_is_waited_for(scene: Scene) -> None:
    await note(scene.far)
    scene.server.trouble = SourceUnavailableError("https://nas.example:8443")
    async with scene.following():
        await scene.until(lambda: bool(scene.faring.trouble))
        assert not scene.pulled.is_set()
        scene.server.trouble = None
        with trio.fail_after(20):
            await scene.pulled.wait()
    assert scene.faring.trouble == ""


@pytest.mark.allow_log("held up")
async def test_once_met_a_node_starts_without_a_network(scene: Scene) -> None:
    async with scene.following():
        with trio.fail_after(20):
            await scene.pulled.wait()
    scene.server.trouble = SourceUnavailableError("https://nas.example:8443")
    scene.faring = Faring("https://nas.example:8443", scene.standing, scene.notices)
    async with scene.following():
        await scene.until(lambda: scene.faring.ways["pull"].state == "waiting")


@pytest.mark.allow_log("never reached")
async def test_a_refusal_at_the_first_meeting_is_told_at_once(scene: Scene) -> None:
    scene.server.trouble = AccessRefusedError("https://nas.example:8443", "401")
    async with scene.following():
        await scene.until(lambda: "401" in scene.faring.trouble)


async def test_a_server_of_another_kind_is_told_and_left_alone(scene: Scene) -> None:
    class Couch(Server):
        async def info(self) -> PeerInfo:
            return PeerInfo("couch/mosaicfs")

    scene.server = Couch(scene.far)
    async with scene.following():
        await scene.until(lambda: "no database of a MosaicFS server" in scene.faring.trouble)
    assert scene.server.asked == []


@pytest.mark.allow_log("wrong_database")
async def test_the_first_database_met_is_remembered_and_another_one_is_left_alone(scene: Scene) -> None:
    await note(scene.far)
    async with scene.following():
        with trio.fail_after(20):
            await scene.pulled.wait()
    first = await met(scene)
    other = MemoryStore()
    scene.server = Server(other)
    async with scene.following():
        await scene.until(lambda: "wrong_database" in {way.state for way in scene.faring.ways.values()})
        await trio.sleep(0.05)
        scene.faring.tell()
    assert set(scene.server.asked) == {"info"}
    assert await scene.store.get("note::a") is not None, "an empty server must not empty its nodes"
    assert await met(scene) == first
    assert "replication_error" in scene.notices.holding, "without five minutes of patience"
    assert "mosaicfs join" in scene.notices.holding["replication_error"]


async def test_another_instance_is_met_anew(scene: Scene) -> None:
    async with scene.following():
        with trio.fail_after(20):
            await scene.pulled.wait()
    scene.node = Node(scene.store, "node-n", "instance-2")
    scene.server, scene.pulled = Server(MemoryStore()), trio.Event()
    async with scene.following():
        with trio.fail_after(20):
            await scene.pulled.wait()


async def test_the_last_push_brings_what_is_left_and_nothing_of_others(scene: Scene) -> None:
    async with scene.following():
        with trio.fail_after(20):
            await scene.pulled.wait()
    await tell_status(scene.store)
    await note(scene.store, "note::local")
    with trio.fail_after(20):
        await scene.node.push(scene.server)
    assert await scene.far.get("status::node-n") is not None
    assert await scene.far.get("note::local") is None


async def test_what_the_control_plane_writes_for_a_node_is_not_sent_back(scene: Scene) -> None:
    """It would be refused, and the node would warn of it."""
    await tell_status(scene.store)
    async with scene.following():
        await scene.until(lambda: scene.server.given == ["status::node-n"])
        for n in range(3):
            doc_id = f"pin::00000000-0000-4000-8000-00000000000{n}"
            (row,) = await scene.far.write([Document(doc_id, "", PIN)], writer=CONTROL)
            assert not row.error, row.reason
            with trio.fail_after(20):
                while await scene.store.get(doc_id) is None:  # noqa: ASYNC110 - what is waited for is a pull
                    await trio.sleep(0.01)
        await tell_storage(scene.store)
        await scene.until(lambda: STORAGE_ID in scene.server.given)
    assert scene.server.given == ["status::node-n", STORAGE_ID]


@pytest.mark.allow_log("held up")
async def test_the_last_push_is_given_up_at_the_first_trouble(scene: Scene) -> None:
    async with scene.following():
        with trio.fail_after(20):
            await scene.pulled.wait()
    await tell_status(scene.store)
    scene.server.trouble = SourceUnavailableError("https://nas.example:8443")
    with trio.fail_after(30):
        await scene.node.push(scene.server)
    scene.server.trouble = None
    await scene.node.push(scene.server)
    assert await scene.far.get("status::node-n") is not None


async def test_to_a_server_that_was_never_met_nothing_is_pushed(scene: Scene) -> None:
    await tell_status(scene.store)
    await scene.node.push(scene.server)
    assert scene.server.asked == []


@pytest.mark.allow_log("put back")
async def test_what_a_server_lost_is_sent_again_when_it_was_put_back_meanwhile(scene: Scene) -> None:
    """It is noticed when there is something new to send."""
    async with scene.following():
        await scene.pulled.wait()
        before = deepcopy(scene.far._contents)
        await tell_status(scene.store)
        push = scene.faring.ways["push"]
        await scene.until(lambda: "status::node-n" in scene.far._docs and push.state == "idle")
        scene.far._contents = before
        assert "status::node-n" not in scene.far._docs
        await tell_storage(scene.store)
        await scene.until(lambda: {"status::node-n", STORAGE_ID} <= scene.far._docs.keys())


@pytest.mark.allow_log("put back", "held up")
async def test_what_a_server_that_was_put_back_has_no_longer_goes_and_what_is_ours_stays(scene: Scene) -> None:
    rule = b'{"text":"%s","type":"note"}'
    async with scene.following():
        await scene.pulled.wait()
        await scene.far.write([Document("note::changed", "", rule % b"old")], writer=CONTROL)
        pull = scene.faring.ways["pull"]
        await scene.until(lambda: "note::changed" in scene.store._docs and pull.state == "idle")
        await note(scene.far, "note::marked")
        await scene.until(lambda: "note::marked" in scene.store._docs and pull.state == "idle")
        before = deepcopy(scene.far._contents)
        (old,) = await scene.far.get_many(["note::changed"])
        assert old is not None
        await scene.far.write([Document("note::changed", old.rev, rule % b"new")], writer=CONTROL)
        await note(scene.far, "note::lost")
        await tell_status(scene.store)
        await scene.until(lambda: "note::lost" in scene.store._docs and pull.state == "idle")
        scene.server.trouble = SourceUnavailableError("https://nas.example:8443")
        scene.far._contents = replace(before, epoch="restored")
        await note(scene.far, "note::since")
        await scene.until(lambda: pull.state == "waiting")
        scene.server.trouble = None
        await scene.until(lambda: "note::lost" not in scene.store._docs and "note::since" in scene.store._docs)
        await scene.until(lambda: scene.store._docs["note::changed"].winner() == old)
        await scene.until(lambda: "status::node-n" in scene.far._docs)
        assert "status::node-n" in scene.store._docs
