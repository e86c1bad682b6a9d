"""What the face asks of the real kernel."""

from pathlib import Path

import trio

from mosaicfs.model.configuration import AgentSettings, Settings
from mosaicfs.model.content import Content
from mosaicfs.model.indexing import Index
from mosaicfs.model.store import Store
from mosaicfs.model.tree import Directories, Tree
from mosaicfs.model.uplink import ControlPlane
from mosaicfs_sdk.fakes.store import MemoryStore
from mosaicfs_sdk.fakes.told import FakeStanding


class FakePlaces:
    def __init__(self, state_dir: Path) -> None:
        self.state_dir = self.cache_dir = self.runtime_dir = self.plugins_dir = state_dir


class FakeKernel:
    """`control_plane` is who was connected; `is_pulled` is set once everything has come."""

    def __init__(self, state_dir: Path, url: str) -> None:
        self.settings = Settings(agent=AgentSettings(control_plane_url=url))
        self.store: Store = MemoryStore()
        self.places = FakePlaces(state_dir)
        self.node_id = "node-n"
        self.standing = FakeStanding()
        self.control_plane: ControlPlane | None = None
        self.is_pulled = trio.Event()

    @property
    def tree(self) -> Tree:
        raise AssertionError("replication has no use for the tree")

    @property
    def content(self) -> Content:
        raise AssertionError("replication reads no file")

    @property
    def directories(self) -> Directories:
        raise AssertionError("replication has no use for the tree")

    @property
    def index(self) -> Index:
        raise AssertionError("replication has no use for the index")

    def connect(self, control_plane: ControlPlane) -> None:
        self.control_plane = control_plane

    def awaits_pull(self) -> bool:
        return not self.is_pulled.is_set()

    async def pulled(self) -> None:
        await trio.lowlevel.checkpoint()
        self.is_pulled.set()
