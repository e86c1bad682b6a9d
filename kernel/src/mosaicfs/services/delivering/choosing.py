"""Whether a channel carries a condition at all, by what its owner has chosen."""

from __future__ import annotations

from fnmatch import fnmatchcase

from mosaicfs.model.channel import ChannelOptions
from mosaicfs.model.condition import GRAVITY, name_of
from mosaicfs.model.notification import Notification

FAILED = "channel_failed"


def failed_key(channel: str) -> str:
    return f"{FAILED}:{channel}"


def chooses(options: ChannelOptions, channel: str, node_id: str, noun: Notification) -> bool:
    """`channel` runs on `node_id`; that it has failed is for every other channel to tell."""
    if noun.condition_key == failed_key(channel) and noun.source.node_id == node_id:
        return False
    if GRAVITY[noun.severity] < GRAVITY[options.min_severity]:
        return False
    sources = _words(options.source_nodes)
    if sources and noun.source.node_id not in sources:
        return False
    return _is_among(options.conditions, noun.condition_key) and not _is_among(options.exclude, noun.condition_key)


def _is_among(globs: str, key: str) -> bool:
    """Of a plugin's own conditions the whole key counts, of all others what they are called."""
    text = key if name_of(key) == "plugin" else name_of(key)
    return any(fnmatchcase(text, glob) for glob in _words(globs))


def _words(text: str) -> list[str]:
    return [word for word in (each.strip() for each in text.split(",")) if word]
