"""Executables as a kind of plugin: found in the plugins folder, joined by a document, picked up live."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import trio

from mosaicfs import RefusedError
from mosaicfs.model.plugin_item import PluginStanding
from mosaicfs.model.plugin_kind import FoundPlugin, JoinedPlugin, PluginGround, PluginInstance
from mosaicfs_process.executable.exchange import ExecutableExchange
from mosaicfs_process.executable.found import FoundExecutable, executables
from mosaicfs_process.hooks import module_of
from mosaicfs_process.info import nameless


class Executables:
    def find(self, ground: PluginGround) -> Sequence[FoundPlugin]:
        return list(executables(ground.plugins_dir))

    def join(self, ground: PluginGround, instance: PluginInstance) -> JoinedPlugin:
        return JoinedExecutable(ground, instance)


class JoinedExecutable:
    def __init__(self, ground: PluginGround, instance: PluginInstance) -> None:
        self._found = FoundExecutable(ground.plugins_dir / instance.code)
        self.standing: tuple[PluginStanding, str] = ("ready", "")
        self._info = nameless(instance.code)
        self._look()
        self._exchange = ExecutableExchange(ground, instance, self._info)

    @property
    def module(self) -> ModuleType:
        return module_of(self._exchange, self._info)

    def take(self, instance: PluginInstance) -> None:
        self._look()
        self._exchange.take(instance, self._info)

    async def run(self) -> None:
        """There is nothing between jobs."""
        await trio.lowlevel.checkpoint()

    def _look(self) -> None:
        """The file itself is looked at again for every job."""
        if not self._found.path.exists():
            self.standing = ("missing", f"there is no executable {self._found.name} in {self._found.path.parent}")
            return
        try:
            self._info = self._found.info()
        except (RefusedError, OSError) as trouble:
            self.standing = ("refused", str(trouble))
        else:
            self.standing = ("ready", "")


EXECUTABLES = Executables()
