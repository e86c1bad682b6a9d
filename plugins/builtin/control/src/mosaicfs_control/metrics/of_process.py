"""What every process that shows metrics says of itself: what runs, its store, its threads, and what needs a person."""

from __future__ import annotations

import platform
from collections import Counter

import trio

import mosaicfs
from mosaicfs import Store
from mosaicfs.model.notification import Notification
from mosaicfs.model.questions import Notifications
from mosaicfs_control.metrics.readings import Readings
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


async def read_notifications(readings: Readings, store: Store, node_id: str | None = None) -> None:
    """Of one node, or of all."""
    asked = Notifications(status="active", node_id=node_id)
    active = await nouns_of(store, asked, Notification, MOST_NOTIFICATIONS)
    counts = Counter(notification.severity for _, notification in active)
    for severity in SEVERITIES:
        readings.put("notifications_active", counts[severity], severity=severity)  # type: ignore[index]  # the model's
