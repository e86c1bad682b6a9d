"""What a face may ask of the kernel: an HTTP server, a mount, whoever shows the tree to somebody."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

from mosaicfs.model.configuration import Settings
from mosaicfs.model.content import Content
from mosaicfs.model.indexing import Index
from mosaicfs.model.query import Answers, Query
from mosaicfs.model.standing import Standing
from mosaicfs.model.store import Store
from mosaicfs.model.tree import Directories, Tree


class Places(Protocol):
    """The directories of this machine that a face, or the plugin host, may need."""

    @property
    def state_dir(self) -> Path: ...

    @property
    def cache_dir(self) -> Path: ...

    @property
    def runtime_dir(self) -> Path: ...

    @property
    def plugins_dir(self) -> Path: ...


class Kernel(Protocol):
    """Grows with what faces show; the plugin manager is never part of it."""

    @property
    def store(self) -> Store: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def places(self) -> Places: ...

    @property
    def node_id(self) -> str: ...

    @property
    def tree(self) -> Tree:
        """Nothing is read for it before somebody asks."""

    @property
    def content(self) -> Content:
        """What this machine can read. Tiers are asked for before faces serve; it is not for tiers themselves."""

    @property
    def directories(self) -> Directories:
        """Of the control plane. `UnsupportedError` in every duty but `server`."""

    @property
    def index(self) -> Index:
        """Of the files of this machine. `UnsupportedError` in every duty but `agent`."""

    @property
    def standing(self) -> Standing:
        """Of this machine as a node. In every duty but `agent`, what is told reaches the agent, if there is one."""


@runtime_checkable
class KnowsNetwork(Protocol):
    """A kernel that runs: how the network of this machine is paid for."""

    async def is_metered(self) -> bool:
        """Whether the system calls it metered. Believed for a minute; where nobody tells, it is not."""


@runtime_checkable
class AsksPlugins(Protocol):
    """A kernel that runs: what the plugins of this machine answer, whichever duty it is asked in."""

    async def ask_plugins(self, question: Query) -> Answers:
        """Within the time of the question; who did not answer is named. Another duty asks the agent."""


class Started(Protocol):
    """What a face calls once it can be used."""

    def __call__(self, **facts: str) -> None:
        """`facts` are for the owner, such as the address that the face answers at."""
