"""Processes at sockets as a kind of plugin: found and bound by their owners, connected to while a document says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from mosaicfs.model.plugin_item import PluginKind, PluginStanding
from mosaicfs.model.plugin_kind import FoundPlugin, JoinedPlugin, PluginGround, PluginInstance
from mosaicfs_process.hooks import module_of
from mosaicfs_process.info import nameless
from mosaicfs_process.socket.link import Link

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
        return JoinedSocket(Link(ground, instance, ground.runtime_dir / FOLDER / f"{instance.name}{SUFFIX}"))


@dataclass(frozen=True, slots=True)
class JoinedSocket:
    link: Link

    @property
    def module(self) -> ModuleType:
        return module_of(self.link, self.link.info)

    @property
    def standing(self) -> tuple[PluginStanding, str]:
        return self.link.standing

    def take(self, instance: PluginInstance) -> None:
        self.link.take(instance)

    async def run(self) -> None:
        await self.link.run()


SOCKETS = Sockets()
