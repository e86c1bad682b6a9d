"""What every process that shows metrics says of itself: what runs, its store, its threads, and what needs a person."""

from __future__ import annotations

import platform
from collections import Counter
from pathlib import Path

import trio

import mosaicfs
from mosaicfs import Store, tiers_in
from mosaicfs.model.notification import Notification
from mosaicfs.model.questions import Notifications
from mosaicfs_control.metrics.readings import Readings, Spread
from mosaicfs_control.rest.reading import nouns_of

SEVERITIES = ("error", "warning", "info")
MOST_NOTIFICATIONS = 1_000
SIZES_KEPT_S = 300.0
"""Adding up half a million sizes takes a good part of a second."""


async def read_process(readings: Readings, store: Store) -> None:
    readings.put("build_info", 1, version=mosaicfs.__version__, python=platform.python_version())
    info = await store.info()
    readings.put("store_documents", info.live)
    readings.put("store_bytes", info.file_bytes or 0)
    threads = trio.to_thread.current_default_thread_limiter()
    readings.put("worker_threads_busy", threads.borrowed_tokens, limiter="default")


async def read_tiers(readings: Readings, runtime_dir: Path) -> None:
    """Of all duties of this machine: a mount and an agent have no page of their own."""
    for tier in await trio.to_thread.run_sync(tiers_in, runtime_dir):
        for result, count in tier.reads.items():
            readings.put("tier_reads_total", count, tier=tier.tier, result=result)
        readings.put("tier_bytes_total", tier.read_bytes, tier=tier.tier)
        readings.put_spread("tier_open_seconds", Spread(tier.opens, tier.open_seconds), tier=tier.tier)


async def read_notifications(readings: Readings, store: Store, node_id: str | None = None) -> None:
    """Of one node, or of all."""
    asked = Notifications(status="active", node_id=node_id)
    active = await nouns_of(store, asked, Notification, MOST_NOTIFICATIONS)
    counts = Counter(notification.severity for _, notification in active)
    for severity in SEVERITIES:
        readings.put("notifications_active", counts[severity], severity=severity)  # type: ignore[index]  # the model's
