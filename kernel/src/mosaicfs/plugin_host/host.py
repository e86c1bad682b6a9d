"""The plugins of one process: loaded once, asked through `hooks`, told of in `items`.

`MOSAICFS_PLUGINS=a,b` loads only those two; `MOSAICFS_TRACE_HOOKS=1` logs every call.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mosaicfs.model.configuration import Settings
from mosaicfs.model.json import JsonObject
from mosaicfs.model.kernel import Places
from mosaicfs.model.notices import Notices
from mosaicfs.model.plugin_item import PluginItem, PluginStanding
from mosaicfs.model.plugin_kind import PluginGround
from mosaicfs.plugin_host.discovery import Candidate, candidates
from mosaicfs.plugin_host.discretion import Discretion
from mosaicfs.plugin_host.dispatch import Dispatch
from mosaicfs.plugin_host.hooks import Hooks
from mosaicfs.plugin_host.kinds import found_of, joiners, resting_item, with_resting
from mosaicfs.plugin_host.loading import Loaded, Loading, Wanted, load
from mosaicfs.plugin_host.notices import DiscreetNotices, LoggedNotices
from mosaicfs.plugin_host.standing import Standing

EVERYTHING = Wanted()
STATES = "plugin-state"
NO_OPTIONS: Mapping[str, JsonObject] = MappingProxyType({})


@dataclass(slots=True)
class PluginHost:
    """`loading` is what was found at the start; `others` are those that are not asked now, and why."""

    hooks: Hooks
    loading: Loading
    standing: Standing
    wanted: Wanted
    discretion: Discretion
    notices_for: Callable[[str], Notices]
    others: Sequence[PluginItem] = ()

    def items(self) -> list[PluginItem]:
        """Everything that is installed or named, by name: loaded, refused, switched off, and why."""
        loaded = [self._item(each) for each in self.hooks.plugins]
        return sorted([*loaded, *self.others], key=lambda item: item.name)

    def hold(self, asked: Sequence[Loaded], others: Sequence[PluginItem]) -> None:
        """From now on these are asked. What is under way ends as it began."""
        for plugin in asked:
            self.discretion.learn(plugin.contract.options.secrets, plugin.options)
        self.hooks.dispatch.hold(sorted(asked, key=lambda each: each.place_in_line))
        self.others = tuple(others)

    def _item(self, plugin: Loaded) -> PluginItem:
        info = plugin.contract.info
        standing, reason = self.standing_of(plugin)
        return PluginItem(
            plugin.name, plugin.candidate.kind, info.version, info.title, plugin.contract.hooks, standing, reason
        )

    def is_ready(self, plugin: str) -> bool:
        """It can be asked now."""
        return any(each.name == plugin and self.standing_of(each)[0] == "ready" for each in self.hooks.plugins)

    def standing_of(self, plugin: Loaded) -> tuple[PluginStanding, str]:
        if plugin.joined is not None and plugin.joined.standing[0] != "ready":
            return plugin.joined.standing
        conduct, reason = self.standing.of(plugin.name)
        if conduct == "ready" and plugin.stamp and not plugin.stamp.is_current():
            return "restart_needed", "its code on disk is newer than what is running"
        return conduct, reason


def load_plugins(
    settings: Settings,
    places: Places,
    *,
    environment: Mapping[str, str] = os.environ,
    notices_for: Callable[[str], Notices] = LoggedNotices,
) -> PluginHost:
    """Find, check and register every plugin of this machine that is not switched off. Runs their code.

    What a document has to enable rests until somebody follows the documents.
    """
    only = tuple(filter(None, (name.strip() for name in environment.get("MOSAICFS_PLUGINS", "").split(","))))
    wanted = Wanted(settings.plugins.disabled, only)
    found = candidates(places.plugins_dir)
    tracing = environment.get("MOSAICFS_TRACE_HOOKS") == "1"
    state_dir = places.state_dir / STATES
    host = host_of(
        found, wanted, settings.plugin_options, tracing=tracing, notices_for=notices_for, state_dir=state_dir
    )
    ground = PluginGround("", places.plugins_dir, places.runtime_dir, places.state_dir, settings.plugins)
    others = with_resting(host.items(), host.others, found_of(joiners(), ground), wanted)
    active = [each for each in host.loading.loaded if each.is_active]
    host.hold(active, [*others, *(resting_item(each) for each in host.loading.loaded if not each.is_active)])
    return host


def host_of(
    found: Sequence[Candidate],
    wanted: Wanted = EVERYTHING,
    options: Mapping[str, JsonObject] = NO_OPTIONS,
    *,
    tracing: bool = False,
    notices_for: Callable[[str], Notices] = LoggedNotices,
    state_dir: Path = Path(STATES),
    now: Callable[[], float] = time.monotonic,
) -> PluginHost:
    """A host of these candidates alone. `state_dir` holds a folder for each, made by those that want one."""
    loading = load(found, wanted, options)
    discretion = Discretion()
    standing = Standing(now, discretion.text)
    for plugin in loading.loaded:
        discretion.learn(plugin.contract.options.secrets, plugin.options)
        if plugin.trouble:
            standing.pause(plugin.name, plugin.trouble)

    def discreet_for(plugin: str) -> Notices:
        return DiscreetNotices(notices_for(plugin), discretion.text)

    dispatch = Dispatch(
        loading.loaded, standing, discreet_for, discretion, state_dir_of=state_dir.joinpath, tracing=tracing
    )
    return PluginHost(Hooks(dispatch), loading, standing, wanted, discretion, discreet_for, loading.others)
