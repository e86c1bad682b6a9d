"""Processes at sockets as a kind of plugin: found and bound by their owners, connected to while a document says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from mosaicfs.model.plugin_item import PluginKind, PluginStanding
from mosaicfs.model.plugin_kind import FoundPlugin, JoinedPlugin, PluginGround, PluginInstance
from mosaicfs_process.hooks import ALL, WITHOUT_FILES, module_of
from mosaicfs_process.info import nameless
from mosaicfs_process.socket.link import Link
from mosaicfs_process.socket.reaching import Far, Near

FOLDER = "plugin-sockets"
SUFFIX = ".sock"


@dataclass(frozen=True, slots=True)
class FoundSocket:
    path: Path
    kind: PluginKind = "socket"

    @property
    def name(self) -> str:
        """Of the code: each instance has a socket of its own."""
        return self.path.name.removesuffix(SUFFIX).partition("@")[0]

    @property
    def place(self) -> str:
        return str(self.path)

    def load(self) -> ModuleType:
        """What it says of itself is known when it is connected."""
        module = ModuleType(self.name)
        module.PLUGIN = nameless(self.name)  # type: ignore[attr-defined]  # a module made by hand
        return module


class Sockets:
    def find(self, ground: PluginGround) -> Sequence[FoundPlugin]:
        try:
            found = sorted((ground.runtime_dir / FOLDER).iterdir())
        except OSError:
            return []
        by_name = {each.name: each for path in found if path.suffix == SUFFIX for each in [FoundSocket(path)]}
        return list(by_name.values())

    def join(self, ground: PluginGround, instance: PluginInstance) -> JoinedPlugin:
        near = Near(ground.runtime_dir / FOLDER / f"{instance.name}{SUFFIX}", ground.settings)
        return JoinedSocket(Link(ground, instance, near), ALL)


class FarSockets:
    """Those of another machine are known by their documents alone."""

    def find(self, ground: PluginGround) -> Sequence[FoundPlugin]:
        return []

    def join(self, ground: PluginGround, instance: PluginInstance) -> JoinedPlugin:
        return JoinedFarSocket(Link(ground, instance, Far(instance.document)), WITHOUT_FILES)


@dataclass(frozen=True, slots=True)
class JoinedSocket:
    """`hooks` are those that it may answer at most."""

    link: Link
    hooks: Sequence[str]

    @property
    def module(self) -> ModuleType:
        return module_of(self.link, self.link.info, self.hooks)

    @property
    def standing(self) -> tuple[PluginStanding, str]:
        return self.link.standing

    def take(self, instance: PluginInstance) -> None:
        self.link.take(instance)

    async def run(self) -> None:
        await self.link.run()


class JoinedFarSocket(JoinedSocket):
    def take(self, instance: PluginInstance) -> None:
        self.link.take(instance, Far(instance.document))


SOCKETS = Sockets()
FAR_SOCKETS = FarSockets()
