"""The kernel as a tier or a face meets it in a test: a store in memory, settings, folders of its own, a node."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from mosaicfs.model.configuration import Settings
from mosaicfs.model.kernel import Places
from mosaicfs.model.store import Store
from mosaicfs_sdk.fakes.store import MemoryStore


@dataclass(frozen=True, slots=True)
class FakePlaces:
    """Four folders below `root`, there from the beginning."""

    root: Path

    def __post_init__(self) -> None:
        for place in (self.state_dir, self.cache_dir, self.runtime_dir, self.plugins_dir):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def state_dir(self) -> Path:
        return self.root / "state"

    @property
    def cache_dir(self) -> Path:
        return self.root / "cache"

    @property
    def runtime_dir(self) -> Path:
        return self.root / "run"

    @property
    def plugins_dir(self) -> Path:
        return self.root / "plugins"


@dataclass(slots=True)
class FakeKernel:
    """What needs a whole instance behind it is refused: a test that wants it has the real one, or a part of its own."""

    places: Places
    node_id: str = "node-conformance"
    store: Store = field(default_factory=MemoryStore)
    settings: Settings = field(default_factory=Settings)

    @property
    def tree(self) -> NoReturn:
        raise NotImplementedError("the kernel of this test has no tree")

    @property
    def content(self) -> NoReturn:
        raise NotImplementedError("the kernel of this test reads no files")

    @property
    def directories(self) -> NoReturn:
        raise NotImplementedError("the kernel of this test has no tree")

    @property
    def index(self) -> NoReturn:
        raise NotImplementedError("the kernel of this test has no agent")

    @property
    def standing(self) -> NoReturn:
        raise NotImplementedError("the kernel of this test has no agent")
