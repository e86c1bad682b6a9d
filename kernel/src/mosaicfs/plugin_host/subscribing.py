"""What each instance wants to hear of, for the runner of jobs. Values only."""

from __future__ import annotations

from collections.abc import Mapping

from mosaicfs.model.plugin import Plugin
from mosaicfs.model.plugin_info import LentContent
from mosaicfs.model.subscription import Subscription
from mosaicfs.plugin_host.host import PluginHost
from mosaicfs.plugin_host.instances import Outcome
from mosaicfs.plugin_host.loading import Loaded

WORKERS = 2


def subscriptions(host: PluginHost, outcome: Outcome) -> dict[str, Subscription]:
    """By whole name. A plugin that is missing keeps what waits for it, so it is among them."""
    found = {
        plugin.name: _of(plugin, outcome.documents.get(plugin.name), _standing(host, plugin))
        for plugin in outcome.asked
        if "annotate" in plugin.contract.hooks
    }
    for item in outcome.others:
        document = outcome.documents.get(item.name)
        if document is not None and item.standing != "disabled":
            found[item.name] = _waiting(document, item.standing)
    return found


def _standing(host: PluginHost, plugin: Loaded) -> str:
    """One that has rested long enough is asked again: only an answer makes it well."""
    standing, _ = host.standing_of(plugin)
    return "ready" if standing == "failing" and host.standing.may_be_asked(plugin.name) else standing


def _waiting(document: Plugin, standing: str) -> Subscription:
    """Nothing is known of what would be asked; its jobs are gathered and stay where they are."""
    return Subscription(
        plugin_name=document.plugin_name,
        events=document.subscribed_events,
        mime_globs=document.mime_globs,
        dispatch_rules=document.dispatch_rules,
        scope=document.scope,
        max_attempts=document.max_attempts,
        standing=standing,
    )


def _content(plugin: Loaded) -> LentContent:
    """Who wants what lies here may be set to have the rest fetched, too."""
    wanted = plugin.contract.info.content
    options = plugin.options
    fetches = options.get("fetch_remote") if isinstance(options, Mapping) else getattr(options, "fetch_remote", False)
    return "path" if wanted == "local" and fetches is True else wanted


def _at_once(document: Plugin) -> int:
    """While one batch is under way the next one comes together, or none would ever be full again."""
    workers, batch = document.workers, document.batch_size
    return (workers + 1) * batch if batch > 1 else workers


def _of(plugin: Loaded, document: Plugin | None, standing: str) -> Subscription:
    info = plugin.contract.info
    if document is None:
        return Subscription(
            plugin_name=plugin.name,
            events=info.events,
            mime_globs=info.mime_globs,
            content=_content(plugin),
            window=info.window or WORKERS,
            annotation_version=info.annotation_version,
            standing=standing,
        )
    in_order = plugin.candidate.kind == "socket"
    at_once = _at_once(document) if plugin.candidate.kind == "executable" else document.workers
    return Subscription(
        plugin_name=plugin.name,
        events=document.subscribed_events,
        mime_globs=document.mime_globs,
        dispatch_rules=document.dispatch_rules,
        scope=document.scope,
        content=_content(plugin),
        workers=document.workers,
        window=info.window or at_once,
        timeout_s=float(document.timeout_s),
        max_attempts=document.max_attempts,
        batch_size=document.batch_size,
        annotation_version=info.annotation_version,
        in_order=in_order,
        standing=standing,
    )
