"""Which channels there are on this node, each with what its owner has chosen for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mosaicfs.errors import OptionsError
from mosaicfs.model.channel import ChannelOptions
from mosaicfs.plugin_host.hooks import Hooks
from mosaicfs.plugin_host.loading import Loaded
from mosaicfs.plugin_host.options import schema_of

_SCHEMA = schema_of(ChannelOptions)


class Channel(NamedTuple):
    """`trouble` says why its rules cannot be kept; then it is told nothing."""

    name: str
    options: ChannelOptions
    trouble: str = ""


def channels_of(hooks: Hooks) -> Mapping[str, Channel]:
    """As they are set up now, by name."""
    return {channel.name: channel for channel in _channels(hooks)}


def _channels(hooks: Hooks) -> Iterator[Channel]:
    for plugin in hooks.plugins:
        if "notify" in plugin.contract.hooks and _is_set_up(plugin):
            yield _channel(plugin)


def _is_set_up(plugin: Loaded) -> bool:
    """By a document, by the configuration, or because it needs neither."""
    return bool(plugin.called or plugin.given) or plugin.contract.info.default_enabled


def _channel(plugin: Loaded) -> Channel:
    if isinstance(plugin.options, ChannelOptions):
        return Channel(plugin.name, plugin.options)
    try:
        return Channel(plugin.name, _SCHEMA.read(plugin.name, plugin.given))
    except OptionsError as trouble:
        return Channel(plugin.name, ChannelOptions(), str(trouble))
