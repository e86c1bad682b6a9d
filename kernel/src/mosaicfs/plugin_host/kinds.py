"""Kinds of plugin that are no Python modules: which ones are installed, by the `plugin_type` of documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import entry_points

import structlog

from mosaicfs.model.plugin_item import PluginItem
from mosaicfs.model.plugin_kind import FoundPlugin, PluginGround, PluginJoiner
from mosaicfs.plugin_host.loading import Loaded, Wanted, item_of, refused_item
from mosaicfs.plugin_host.options import schema_of

GROUP = "mosaicfs.plugin_kinds"
NOT_ENABLED = "available, not enabled"

_log = structlog.get_logger(component="plugins")


def joiners() -> dict[str, PluginJoiner]:
    """One that cannot be imported costs its own kind."""
    found: dict[str, PluginJoiner] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        try:
            found[entry.name] = entry.load()
        except Exception as trouble:  # noqa: BLE001 - a stranger's code: its failure to load is its own
            _log.warning("a kind of plugin cannot be used", kind=entry.name, cause=str(trouble))
    return found


def found_of(kinds: Mapping[str, PluginJoiner], ground: PluginGround) -> list[FoundPlugin]:
    return [each for joiner in kinds.values() for each in joiner.find(ground)]


def with_resting(
    known: Sequence[PluginItem], others: Sequence[PluginItem], found: list[FoundPlugin], wanted: Wanted
) -> list[PluginItem]:
    """`others`, and those found that no item speaks of. What was found is not missing."""
    names = {each.name for each in found}
    kept = [item for item in others if item.standing != "missing" or item.name not in names]
    told = {item.name for item in known if item.standing != "missing" or item.name not in names}
    return [*kept, *(item for item in resting_items(found, wanted) if item.name not in told)]


def resting_item(plugin: Loaded) -> PluginItem:
    """Of one that is loaded, and that nobody has enabled."""
    info, hooks = plugin.contract.info, plugin.contract.hooks
    return PluginItem(plugin.name, plugin.candidate.kind, info.version, info.title, hooks, "disabled", NOT_ENABLED)


def resting_items(found: list[FoundPlugin], wanted: Wanted) -> Iterator[PluginItem]:
    """Those that nobody has enabled, or that could not be."""
    for each in found:
        if objection := wanted.objection(each.name):
            yield item_of(each, "disabled", objection)
            continue
        try:
            info = each.load().PLUGIN
            schema_of(info.options)
        except (Exception, SystemExit) as cause:  # noqa: BLE001 - what a stranger has written is read here
            yield refused_item(each, cause)
        else:
            yield PluginItem(each.name, each.kind, info.version, info.title, info.hooks, "disabled", NOT_ENABLED)
