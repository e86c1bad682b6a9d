"""What an agent has told of its plugins, as readings: what waits for each, how its jobs ended, and what they took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mosaicfs.model.json import Json
from mosaicfs_control.metrics.readings import Readings, Spread
from mosaicfs_control.metrics.told_numbers import numbers_in, put_known

ASKED = ("ready", "restart_needed")


def read_plugins(readings: Readings, node_id: str, items: Iterable[Mapping[str, Json]]) -> None:
    for item in items:
        _read_plugin(readings, node_id, item)


def _read_plugin(readings: Readings, node_id: str, item: Mapping[str, Json]) -> None:
    """One that nobody enables has nothing to tell."""
    name, standing = item.get("name"), item.get("standing")
    if not isinstance(name, str) or standing == "disabled":
        return
    labels = {"node": node_id, "plugin": name}
    readings.put("plugin_connected", float(standing in ASKED), **labels)
    waiting, under_way = numbers_in([item.get("pending")]), numbers_in([item.get("in_flight")])
    if waiting and under_way:
        readings.put("plugin_jobs", waiting[0] - under_way[0], **labels, status="pending")
        readings.put("plugin_jobs", under_way[0], **labels, status="in_flight")
    put_known(readings, "plugin_jobs", item.get("failed"), **labels, status="failed")
    if isinstance(ended := item.get("ended"), Mapping):
        for status, count in ended.items():
            put_known(readings, "plugin_jobs_total", count, **labels, status=status)
    if (spread := _spread_in(item.get("took"), item.get("took_seconds"))) is not None:
        readings.put_spread("plugin_job_seconds", spread, **labels)


def _spread_in(took: Json, seconds: Json) -> Spread | None:
    """Members of a document are in the order of their letters."""
    total = numbers_in([seconds])
    if not isinstance(took, Mapping) or "+Inf" not in took or not total:
        return None
    try:
        bounds = sorted(took, key=float)
    except ValueError:
        return None
    counts = numbers_in([took[bound] for bound in bounds])
    return Spread(dict(zip(bounds, map(int, counts), strict=True)), total[0]) if len(counts) == len(bounds) else None
