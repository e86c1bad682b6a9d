"""A kind of plugin that is no Python module: how a distribution teaches the plugin host to find and to join such ones.

Entry points of the group `mosaicfs.plugin_kinds` name objects with the members of `PluginJoiner`; the name of the entry
point is the `plugin_type` of documents. To the host what is joined is a module like any other: a `PLUGIN` and hooks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol

from mosaicfs.model.configuration import PluginsSettings
from mosaicfs.model.json import JsonObject
from mosaicfs.model.notices import Notices
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.plugin_item import PluginKind, PluginStanding


class FoundPlugin(Protocol):
    """Something that calls itself a plugin; nothing of it has run yet."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> PluginKind: ...

    @property
    def place(self) -> str:
        """Where it comes from, for people."""

    def load(self) -> ModuleType:
        """What it says of itself. Raises whatever a stranger's code raises."""


@dataclass(frozen=True, slots=True)
class PluginGround:
    """Where plugins of this machine are, and what its owner lets them do. No document changes any of it."""

    node_id: str
    plugins_dir: Path
    runtime_dir: Path
    state_dir: Path
    settings: PluginsSettings


@dataclass(frozen=True, slots=True)
class PluginInstance:
    """One enabled document. `config` is effective and complete, with secrets readable: it is never printed.

    `notices` are its own, `conditions` those of the host about it, with whole keys. `on_news` is called when the
    standing of what was joined, or what it says of itself, has changed.
    """

    name: str
    document: Plugin
    config: JsonObject
    notices: Notices
    conditions: Notices
    on_news: Callable[[], None]
    discreet: Callable[[str], str] = lambda text: text
    """Takes secrets out of what the plugin has written into a text of its own."""

    @property
    def code(self) -> str:
        return self.name.partition("@")[0]


class JoinedPlugin(Protocol):
    """An instance that can be asked. Its calls keep the limits of its document by themselves."""

    @property
    def module(self) -> ModuleType:
        """`PLUGIN`, as it is known now, and the hooks."""

    @property
    def standing(self) -> tuple[PluginStanding, str]:
        """With the reason, where it is not `ready`."""

    def take(self, instance: PluginInstance) -> None:
        """Another document or configuration of the same name. What is under way ends with the old one."""

    async def run(self) -> None:
        """Whatever must go on while the instance is enabled; cancelled when it is not any more."""


class PluginJoiner(Protocol):
    """One kind."""

    def find(self, ground: PluginGround) -> Sequence[FoundPlugin]:
        """What of this kind is installed on this machine."""

    def join(self, ground: PluginGround, instance: PluginInstance) -> JoinedPlugin:
        """Raises nothing: what is wrong is in the standing."""
