"""A program as a module with hooks, joined as the agent would join it, with a state folder that is thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from mosaicfs.model.configuration import PluginsSettings
from mosaicfs.model.json import JsonObject
from mosaicfs.model.notification import Remedy, Severity
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.plugin_kind import FoundPlugin, PluginGround, PluginInstance
from mosaicfs.plugin_host.kinds import joiners


class NoNotices:
    """`model.notices.Notices` for a trial: nobody is told."""

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        pass

    def clear(self, key: str) -> None:
        pass


def joined(found: FoundPlugin, options: JsonObject, folder: Path) -> ModuleType:
    """Each call of a hook is a run of the program, in whatever sandbox this machine has."""
    path = Path(found.place)
    document = Plugin(
        node_id="conformance",
        plugin_name=found.name,
        name=found.name,
        plugin_type="executable",
        enabled=True,
        created_at="2026-01-15T14:30:00Z",
    )
    told = NoNotices()
    instance = PluginInstance(found.name, document, options, told, told, lambda: None)
    ground = PluginGround("conformance", path.parent, folder / "run", folder / "state", PluginsSettings())
    return joiners()[found.kind].join(ground, instance).module
