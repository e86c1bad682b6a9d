"""What stands open on one connection: events without an ack, and requests without a reply. No I/O.

`received` takes a message and settles what it is about. What it does not know is left alone: an ack of something that
was never sent, or twice, changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import trio

from mosaicfs.errors import MosaicError, PeerGarbledError
from mosaicfs.model.json import Json
from mosaicfs_process.exchange import Facts
from mosaicfs_process.troubles import called, garbled, told_error

MOST_WINDOW = 1000
DEFAULT_WINDOW = 64
PARTS_AHEAD = 1


@dataclass(slots=True, eq=False)
class Open:
    """Something that waits for its end: an `answer`, or an `error`."""

    about: str
    done: trio.Event = field(default_factory=trio.Event)
    answer: Facts | None = None
    error: MosaicError | None = None

    def end(self, answer: Facts | None = None, error: MosaicError | None = None) -> None:
        if not self.done.is_set():
            self.answer, self.error = answer, error
            self.done.set()

    def settled(self) -> Facts | None:
        if self.error is not None:
            raise self.error
        return self.answer


@dataclass(slots=True, eq=False)
class OpenEvent(Open):
    file_id: str | None = None
    path: Path | None = None


@dataclass(slots=True, eq=False)
class OpenRequest(Open):
    """`parts` has those that were sent and not taken yet; `life` changes with every sign of it."""

    parts: list[Facts] = field(default_factory=list)
    life: trio.Event = field(default_factory=trio.Event)

    def lives(self) -> None:
        self.life.set()
        self.life = trio.Event()


class Session:
    def __init__(self, plugin: str, window: int) -> None:
        self.plugin = plugin
        self.window = window
        self.events: dict[int, OpenEvent] = {}
        self.requests: dict[str, OpenRequest] = {}
        self.last_acked = 0
        self._asked = 0

    # --- what is sent ------------------------------------------------------------------------------------------------

    def event(self, envelope: Facts, about: str, file_id: str | None, path: Path | None) -> tuple[OpenEvent, Facts]:
        """The second is the message."""
        opened = OpenEvent(about, file_id=file_id, path=path)
        self.events[_sequence(envelope["sequence"])] = opened
        return opened, {"type": "event", **envelope}

    def request(self, name: str, payload: Facts, limit_s: float, about: str) -> tuple[str, OpenRequest, Facts]:
        self._asked += 1
        key = f"r{self._asked}"
        opened = self.requests[key] = OpenRequest(about)
        return key, opened, {"type": name, "id": key, "deadline_ms": round(limit_s * 1000), "payload": payload}

    def forget(self, sequence: int) -> None:
        self.events.pop(sequence, None)

    def give_up(self, key: str) -> Facts:
        self.requests.pop(key, None)
        return {"type": "cancel", "id": key}

    # --- what comes --------------------------------------------------------------------------------------------------

    def received(self, message: Facts) -> bool:
        """Whether it was an end or a sign of something that stands open here."""
        if "ack" in message or "nack" in message:
            self._settle(message)
            return True
        match message.get("type"):
            case "reply":
                self._reply(message)
            case "part":
                self._part(message)
            case "progress":
                if (request := self._request(message)) is not None:
                    request.lives()
            case _:
                return False
        return True

    def readable(self, file_id: Json) -> OpenEvent | None:
        """The event that lets the plugin read this file."""
        return next((each for each in self.events.values() if each.file_id == file_id and each.path is not None), None)

    def lost(self, error: MosaicError) -> int | None:
        """The connection is gone. Which event was the oldest without an ack."""
        oldest = min(self.events, default=None)
        for opened in (*self.events.values(), *self.requests.values()):
            opened.end(error=error)
        self.events.clear()
        self.requests.clear()
        return oldest

    def _settle(self, message: Facts) -> None:
        is_ack = "ack" in message
        sequence = message["ack"] if is_ack else message["nack"]
        opened = self.events.pop(sequence, None) if type(sequence) is int else None
        if opened is None:
            return
        if not is_ack:
            opened.end(error=told_error(self.plugin, opened.about, message.get("error")))
            return
        self.last_acked = max(self.last_acked, _sequence(sequence))
        data = message.get("data")
        if data is None or isinstance(data, dict):
            opened.end(data)
        else:
            opened.end(error=garbled(self.plugin, "`data` that is no object"))

    def _reply(self, message: Facts) -> None:
        request = self._request(message)
        if request is None:
            return
        self.requests.pop(str(message["id"]))
        result = message.get("result")
        if "error" in message:
            request.end(error=told_error(self.plugin, request.about, message["error"]))
        elif result is None or isinstance(result, dict):
            request.end(result)
        else:
            request.end(error=garbled(self.plugin, "a `result` that is no object"))

    def _part(self, message: Facts) -> None:
        request = self._request(message)
        if request is None:
            return
        if len(request.parts) >= PARTS_AHEAD:
            raise PeerGarbledError(called(self.plugin), "a part before the one before it was asked on")
        request.parts.append({name: value for name, value in message.items() if name not in ("type", "id")})
        request.lives()

    def _request(self, message: Mapping[str, Json]) -> OpenRequest | None:
        key = message.get("id")
        return self.requests.get(key) if isinstance(key, str) else None


class Stuck:
    """Which event was in the way at how many disconnects in a row."""

    MOST = 5

    def __init__(self) -> None:
        self._sequence = -1
        self._times = 0

    def lost_with(self, oldest: int | None) -> bool:
        """Whether it has been so often enough to set it aside."""
        if oldest is None:
            return False
        self._times = self._times + 1 if oldest == self._sequence else 1
        self._sequence = oldest
        if self._times < self.MOST:
            return False
        self._sequence, self._times = -1, 0
        return True


def window_in(told: Json) -> int | None:
    """None for one that cannot be."""
    if told is None:
        return DEFAULT_WINDOW
    return told if type(told) is int and 1 <= told <= MOST_WINDOW else None


def _sequence(value: Json) -> int:
    assert isinstance(value, int)
    return value
