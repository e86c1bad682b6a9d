"""What the owner is told of plugins that are enabled and cannot be asked: one condition for each of them and reason."""

from __future__ import annotations

from collections.abc import Mapping

from mosaicfs.model.notices import Notices
from mosaicfs.model.notification import Severity
from mosaicfs.model.plugin_item import PluginItem
from mosaicfs.plugin_host.host import PluginHost
from mosaicfs.plugin_host.instances import Outcome

CONDITIONS: Mapping[str, tuple[str, Severity, str]] = {
    "missing": ("plugin_missing", "warning", "A plugin is not installed"),
    "refused": ("plugin_refused", "error", "A plugin cannot be loaded"),
    "paused": ("plugin_misconfigured", "error", "A plugin is misconfigured"),
    "disconnected": ("plugin_disconnected", "warning", "A plugin is not connected"),
}
"""By standing."""

SECRET_MISSING = "plugin_secret_missing"  # noqa: S105 - the name of a condition


class Told:
    """Says each thing once, and takes it back when it is over."""

    def __init__(self, conditions: Notices) -> None:
        self._conditions = conditions
        self._raised: dict[str, str] = {}

    def tell(self, host: PluginHost, outcome: Outcome) -> None:
        found: dict[str, tuple[Severity, str, str]] = {}
        for item in host.items():
            if item.name in outcome.documents and item.standing in CONDITIONS:
                name, severity, title = CONDITIONS[item.standing]
                found[f"{name}:{item.name}"] = (severity, title, _sentence(item))
        for plugin, secrets in outcome.lacking.items():
            text = f"{plugin} has no {', '.join(secrets)} that this node can read. Enter it again."
            found[f"{SECRET_MISSING}:{plugin}"] = ("warning", "A secret of a plugin is not set", text)
        for key in [key for key in self._raised if key not in found]:
            del self._raised[key]
            self._conditions.clear(key)
        for key, (severity, title, message) in found.items():
            if self._raised.get(key) != message:
                self._raised[key] = message
                self._conditions.observe(key, severity, title, message)


def _sentence(item: PluginItem) -> str:
    return f"{item.name}: {item.reason.rstrip('.')}. See: mosaicfs plugins list"
