"""How soon subscribers of the stream of events hear of what another process has written, and how much they can take."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

import trio

from bench.files import NODE
from bench.server import Home
from mosaicfs import wire
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.document import Document
from mosaicfs.model.ids import notification_id, tail_of
from mosaicfs.model.notification import Notification, Reporter
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store

SUBSCRIBERS: Final = 5
SINGLES: Final = 200
PAUSE_S: Final = 0.02
BATCH: Final = 100
PATIENCE_S: Final = 60.0
TYPE: Final = "notification.changed"


class EventFacts(NamedTuple):
    """`delays` are from before a write until one subscriber has read its event, of writes with pauses between."""

    subscribers: int
    delays: list[float]
    delivered_per_s: float


class Subscriber:
    """One stream; when each notification was heard of."""

    def __init__(self, place: tuple[str, int], authorization: str) -> None:
        self.heard: dict[str, float] = {}
        self._socket = socket.create_connection(place, PATIENCE_S)
        head = f"GET /api/events?types={TYPE} HTTP/1.1\r\nHost: {place[0]}:{place[1]}\r\n"
        login = f"Accept: text/event-stream\r\nAuthorization: {authorization}\r\n\r\n"
        self._socket.sendall((head + login).encode())
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        assert self._begun.wait(PATIENCE_S), "the stream of events does not begin"

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        rest = b""
        while piece := self._socket.recv(1 << 18):
            now = time.perf_counter()
            *lines, rest = (rest + piece).split(b"\n")
            if not self._begun.is_set() and b"event: hello" in lines:
                self._begun.set()
            for line in lines:
                if line.startswith(b"data: ") and TYPE.encode() in line:
                    self.heard[json.loads(line[6:])["data"]["notification_id"]] = now


def measured_events(home: Home, place: tuple[str, int], authorization: str, events: int) -> EventFacts:
    subscribers = [Subscriber(place, authorization) for _ in range(SUBSCRIBERS)]
    try:
        return trio.run(_measured, home, subscribers, events)
    finally:
        for each in subscribers:
            each.close()


async def _measured(home: Home, subscribers: Sequence[Subscriber], events: int) -> EventFacts:
    """Written by this process: the control plane hears of it as of what an agent writes."""
    bell = home.folder / "run" / "mosaicfs" / "bell"
    async with open_store(home.state / "mosaicfs.db", bell) as store:
        delays = await _delays(store, subscribers)
        begun = time.perf_counter()
        last = begun
        for start in range(0, events, BATCH):
            names = [f"many-{number}" for number in range(start, min(start + BATCH, events))]
            await _write(store, names)
            last = await _all_heard(subscribers, names)
        return EventFacts(len(subscribers), delays, events * len(subscribers) / (last - begun))


async def _delays(store: Store, subscribers: Sequence[Subscriber]) -> list[float]:
    written: dict[str, float] = {}
    for number in range(SINGLES):
        name = f"single-{number}"
        written[name] = time.perf_counter()
        await _write(store, [name])
        await trio.sleep(PAUSE_S)
    await _all_heard(subscribers, list(written))
    return [each.heard[_tail(name)] - at for name, at in written.items() for each in subscribers]


async def _write(store: Store, names: Sequence[str]) -> None:
    rows = await store.write([_notification(name) for name in names], writer=CONTROL)
    assert not any(row.error for row in rows), rows


async def _all_heard(subscribers: Sequence[Subscriber], names: Sequence[str]) -> float:
    """When the last subscriber had the last one."""
    until = time.monotonic() + PATIENCE_S
    ids = [_tail(name) for name in names]
    while not all(name in each.heard for each in subscribers for name in ids):
        assert time.monotonic() < until, "not every event has arrived"
        await trio.sleep(0.001)
    return max(each.heard[name] for each in subscribers for name in ids)


def _tail(name: str) -> str:
    """As an event calls it."""
    return tail_of(notification_id(NODE, name))


def _notification(name: str) -> Document:
    when = "2026-01-01T00:00:00Z"
    told = Notification(
        condition_key=name,
        source=Reporter(node_id=NODE, component="bench"),
        severity="info",
        status="active",
        title="Something is told",
        message="So that somebody hears it.",
        first_seen=when,
        last_seen=when,
        occurrence_count=1,
        activated_at=when,
    )
    return Document(notification_id(NODE, name), "", wire.encode(told))
