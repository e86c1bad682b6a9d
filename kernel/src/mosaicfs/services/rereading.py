"""What of a configuration that is read again holds at once, and what waits for a restart.

A setting is taken up where all who use it ask for it each time; every other keeps its value, so that no two parts of a
process ever go by different ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from mosaicfs.model.configuration import PLUGIN_SECTION, SECTIONS, Settings

FOLLOWED: Final = frozenset(
    {
        "access.guard",
        "access.guard_sets",
        "access.storm_action",
        "access_tracking.debounce_threshold_s",
        "access_tracking.flush_interval_s",
        "agent.default_excludes",
        "agent.excluded_globs",
        "agent.excluded_paths",
        "agent.ignore_file",
        "agent.transfer_serve_paths",
        "agent.watch_paths",
        "agent.watch_roots",
        "cache.block_threshold_bytes",
        "cache.max_bytes",
        "cache.min_free_bytes",
        "crawl.cross_filesystems",
        "crawl.io_class",
        "crawl.marker",
        "crawl.max_files_per_s",
        "crawl.nice",
        "crawl.nightly",
        "crawl.nightly_at",
        "crawl.pause_on_battery",
        "crawl.sniff_mime",
        "crawl.symlinks",
        "heartbeat.interval_s",
        "logging.level",
        "pin.on_metered",
        "transfer.bandwidth_limit_mbps",
        "watch.debounce_ms",
        "watch.min_interval_s",
        "watch.poll_interval_s",
        "watch.storm_events_per_s",
        "watch.storm_seconds",
    }
)


class Reread(NamedTuple):
    """`changed` hold now; `waiting` have another value in the file, and hold after a restart."""

    settings: Settings
    changed: tuple[str, ...]
    waiting: tuple[str, ...]


def reread(before: Settings, read: Settings) -> Reread:
    different = list(_different(before, read))
    sections: dict[str, Any] = {name: _followed(name, getattr(before, name), getattr(read, name)) for name in SECTIONS}
    given = {key: place for key, place in before.given.items() if key not in FOLLOWED}
    given |= {key: place for key, place in read.given.items() if key in FOLLOWED}
    return Reread(
        replace(before, **sections, given=MappingProxyType(given)),
        tuple(key for key in different if key in FOLLOWED),
        tuple(key for key in different if key not in FOLLOWED),
    )


def _followed(name: str, before: Any, read: Any) -> Any:
    keys = (each.name for each in fields(before))
    return replace(before, **{key: getattr(read, key) for key in keys if f"{name}.{key}" in FOLLOWED})


def _different(before: Settings, read: Settings) -> Iterator[str]:
    for name in SECTIONS:
        old, new = getattr(before, name), getattr(read, name)
        keys = (each.name for each in fields(old))
        yield from (f"{name}.{key}" for key in keys if getattr(old, key) != getattr(new, key))
    plugins: tuple[Mapping[str, object], ...] = (before.plugin_options, read.plugin_options)
    for name in sorted({*plugins[0], *plugins[1]}):
        if plugins[0].get(name) != plugins[1].get(name):
            yield f"{PLUGIN_SECTION}.{name}"
