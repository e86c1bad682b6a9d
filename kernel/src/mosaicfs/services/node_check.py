"""Whether this machine's own agent lives, as the control plane beside it sees it.

An agent that is killed says no goodbye, and its node would stay online for ever. The lock that it holds goes with it,
whatever it died of. Nodes of other machines are found out about elsewhere.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import structlog
import trio
from msgspec import structs

from mosaicfs.errors import MosaicError
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.node import Node
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs.model.times import time_text
from mosaicfs.services.revising import revise

BETWEEN_S = 30.0
BAD_CHECKS = 3
"""So many in a row before a node counts as offline: an agent that is started again soon was never away."""

_log = structlog.get_logger(component="nodes")


def is_locked(path: Path) -> bool:
    """Whether a living process holds it. The lock is touched for an instant, which its taker waits out."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


async def check_own_node(
    store: Store, node_id: str, lives: Callable[[], bool], last_sign: Callable[[], float | None]
) -> NoReturn:
    """Until cancelled. The first check counts by itself: what the last run has left may be untrue."""
    bad = BAD_CHECKS - 1
    while True:
        bad = 0 if lives() else bad + 1
        if bad >= BAD_CHECKS:
            await _mark_offline(store, node_id, lives, last_sign)
        await trio.sleep(BETWEEN_S)


async def _mark_offline(
    store: Store, node_id: str, lives: Callable[[], bool], last_sign: Callable[[], float | None]
) -> None:
    """An agent that starts meanwhile has the last word: its heartbeat is a conflict, and then it is looked again."""

    def decide(before: Node | None) -> Node | None:
        if before is None or before.status not in ("online", "degraded") or lives():
            return None
        sign = last_sign()
        last = "" if sign is None else time_text(int(sign * 1_000_000))
        return structs.replace(before, status="offline", last_heartbeat=max(last, before.last_heartbeat))

    try:
        await revise(store, node_doc_id(node_id), CONTROL, Node, decide)
    except MosaicError as error:
        _log.info("a node cannot be told offline yet", error=str(error))
