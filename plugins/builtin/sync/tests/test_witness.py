"""A server is put back to an earlier state while a replication with it is under way."""

import msgspec
import pytest
import trio

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.replication import PeerInfo
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sync.local import LocalPeer
from mosaicfs_sync.witness import Witness


class Server(LocalPeer):
    """`loses_answers`: what is put arrives, and nobody is told."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.epoch = "first"
        self.loses_answers = False

    async def info(self) -> PeerInfo:
        return (await super().info())._replace(epoch=self.epoch)

    async def local_put(self, local_id: str, body: bytes) -> None:
        await super().local_put(local_id, body)
        if self.loses_answers:
            raise SourceUnavailableError("the server")


class Scene:
    def __init__(self) -> None:
        self.server = Server()
        self.told = 0
        self.witness = Witness(self.server, self._on_put_back)

    def _on_put_back(self) -> None:
        self.told += 1

    async def begin(self) -> None:
        """As a replication does: who it is, how far it came, and further."""
        await self.witness.info()
        await self.witness.local_get("c")
        await self.witness.local_put("c", checkpoint("10-a"))

    async def met_again(self) -> bool:
        """Whether it answers as before."""
        with trio.move_on_after(0.05):
            await self.witness.info()
            return True
        return False


def checkpoint(seq: str) -> bytes:
    return msgspec.json.encode({"session_id": "s", "source_last_seq": seq, "history": []})


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_a_server_that_has_what_was_recorded_there_is_believed(scene: Scene) -> None:
    await scene.begin()
    assert await scene.met_again()
    await scene.witness.local_put("c", checkpoint("20-a"))
    assert await scene.met_again()
    assert scene.told == 0


async def test_a_checkpoint_whose_answer_was_lost_may_have_arrived_or_not(scene: Scene) -> None:
    await scene.begin()
    scene.server.loses_answers = True
    with pytest.raises(SourceUnavailableError):
        await scene.witness.local_put("c", checkpoint("20-a"))
    assert await scene.met_again()
    scene.server.loses_answers = False
    await scene.server.local_put("c", checkpoint("10-a"))
    assert await scene.met_again()
    assert scene.told == 0


async def test_an_earlier_checkpoint_ends_the_conversation_before_it_is_hidden(scene: Scene) -> None:
    await scene.begin()
    await scene.witness.local_put("c", checkpoint("20-a"))
    await scene.server.local_put("c", checkpoint("10-a"))
    assert not await scene.met_again()
    assert scene.told == 1
    with pytest.raises(SourceUnavailableError):
        await scene.witness.local_put("c", checkpoint("30-a"))
    assert await scene.server.local_get("c") == checkpoint("10-a")


async def test_a_copy_from_before_the_first_checkpoint_is_noticed(scene: Scene) -> None:
    await scene.begin()
    scene.server = Server()
    scene.witness._server = scene.server
    assert not await scene.met_again()
    assert scene.told == 1


async def test_another_epoch_is_another_past(scene: Scene) -> None:
    await scene.begin()
    scene.server.epoch = "second"
    assert not await scene.met_again()
    assert scene.told == 1


async def test_a_server_that_keeps_no_checkpoints_is_no_restored_one(scene: Scene) -> None:
    await scene.witness.info()
    assert await scene.witness.local_get("c") is None
    assert await scene.met_again()
    assert scene.told == 0
