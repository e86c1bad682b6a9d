"""Which control plane a node follows, and that it follows none unasked."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
import trio

from mosaicfs.errors import ConfigError, SourceUnavailableError
from mosaicfs.model.configuration import AgentSettings, Settings
from mosaicfs.model.indexing import Index
from mosaicfs.model.standing import Standing
from mosaicfs.model.store import Store
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sync import plugin
from mosaicfs_sync.local import CALLER
from mosaicfs_sync.node import MET, Met

Answer = Callable[[bytes, trio.SocketStream], Awaitable[None]]
Serve = Callable[[Answer], Awaitable[str]]


class Places:
    state_dir = cache_dir = runtime_dir = plugins_dir = Path()


class Kernel:
    """What the face asks of the real one."""

    def __init__(self, url: str = "") -> None:
        self.settings = Settings(agent=AgentSettings(control_plane_url=url))
        self.store: Store = MemoryStore()
        self.places = Places()
        self.node_id = "node-n"

    @property
    def index(self) -> Index:
        raise AssertionError("replication has no use for the index")

    @property
    def standing(self) -> Standing:
        raise AssertionError("replication says nothing of itself yet")


def database(body: bytes) -> Answer:
    async def answer(_: bytes, stream: trio.SocketStream) -> None:
        await stream.send_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    return answer


def started(**facts: str) -> None:
    assert "secret" not in str(facts)


async def met(kernel: Kernel) -> Met | None:
    kept = await kernel.store.local_get(CALLER, MET)
    return msgspec.json.decode(kept.body, type=Met) if kept else None


async def test_without_a_control_plane_there_is_nothing_to_do() -> None:
    await plugin.serve(Kernel(), started)


async def test_a_server_of_another_kind_is_refused_with_the_key_to_correct(served: Serve) -> None:
    url = await served(database(b'{"db_name":"mosaicfs","uuid":"of a CouchDB"}'))
    with pytest.raises(ConfigError, match="control_plane_url"):
        await plugin.serve(Kernel(url), started)


async def test_a_control_plane_that_was_never_met_is_waited_for() -> None:
    with pytest.raises(SourceUnavailableError):
        await plugin.serve(Kernel("http://127.0.0.1:9/mosaicfs"), started)


@pytest.mark.allow_log("wrong_database")
@pytest.mark.patient
async def test_the_first_database_met_is_remembered_and_another_one_is_left_alone(served: Serve) -> None:
    uuids = iter(["first", *["second"] * 9])

    async def answer(request: bytes, stream: trio.SocketStream) -> None:
        facts = {"db_name": "mosaicfs", "mosaicfs": {"uuid": next(uuids), "epoch": "e1"}}
        assert b"GET /mosaicfs HTTP" in request, "nothing else may be asked of the wrong database"
        await database(msgspec.json.encode(facts))(request, stream)

    kernel = Kernel(await served(answer))
    with trio.move_on_after(1) as waited:
        await plugin.serve(kernel, started)
    assert waited.cancelled_caught
    found = await met(kernel)
    assert found is not None
    assert found.uuid == "first"
