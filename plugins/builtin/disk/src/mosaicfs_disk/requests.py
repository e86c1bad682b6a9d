"""Crawls that the control plane asks for, as entries in the document of this node.

They come by replication, perhaps long after they were made. Each is done once: what was handled is remembered before it
is begun, so a crawl that is cut short by a restart is made up for by the crawl of that restart.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import NoReturn

import msgspec
import structlog
import trio

from mosaicfs import wire
from mosaicfs.errors import MosaicError
from mosaicfs.model.node import Node, WorkRequest
from mosaicfs.model.store import Store

REINDEX = "reindex"
LOOK_S = 60.0
PAUSE_S = 1.0
MOST_KEPT = 1_000

log = structlog.get_logger(component="crawler")


class Handled:
    """Ids of jobs that were taken on, the newest last."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ids: list[str] = _read(file)

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._ids

    def add(self, job_id: str) -> None:
        self._ids = [*self._ids, job_id][-MOST_KEPT:]
        new = self._file.with_suffix(".new")
        with new.open("wb") as file:
            file.write(msgspec.json.encode(self._ids))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._file)


async def follow_requests(
    store: Store, node_id: str, handled: Handled, crawl: Callable[[str], Awaitable[None]]
) -> NoReturn:
    """`crawl` is given the path, or nothing for all watched folders. Until cancelled."""
    while True:
        since = (await store.info()).update_seq
        for job_id, request in due(await _requests(store, node_id), handled):
            handled.add(job_id)
            path = request.args.get("path")
            try:
                await crawl(path if isinstance(path, str) else "")
            except MosaicError as trouble:
                log.info("a crawl that was asked for failed", job=job_id, cause=str(trouble))
        await store.wait_until_changed(since, LOOK_S)
        await trio.sleep(PAUSE_S)


def due(requests: Mapping[str, WorkRequest], handled: Handled) -> list[tuple[str, WorkRequest]]:
    """Ours and new, the oldest first."""
    found = [(job_id, each) for job_id, each in requests.items() if each.kind == REINDEX and job_id not in handled]
    return sorted(found, key=lambda one: one[1].at)


async def _requests(store: Store, node_id: str) -> Mapping[str, WorkRequest]:
    document = await store.get(f"node::{node_id}")
    if document is None or document.deleted:
        return {}
    try:
        node = wire.decode(document.id, document.body)
    except MosaicError as trouble:
        log.info("the document of this node cannot be read", cause=str(trouble))
        return {}
    return (node.requests or {}) if isinstance(node, Node) else {}


def _read(file: Path) -> list[str]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[str])
    except (FileNotFoundError, msgspec.DecodeError):
        return []
