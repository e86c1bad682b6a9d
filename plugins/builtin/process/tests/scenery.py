"""What tests of process plugins stand on: documents, events, and notices that are only noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trio

from mosaicfs.model.event import Event
from mosaicfs.model.notification import Remedy, Severity
from mosaicfs.model.plugin import Plugin


def document(name: str = "words", **more: Any) -> Plugin:
    known: dict[str, Any] = {"plugin_type": "executable", "enabled": True, "name": name} | more
    return Plugin(node_id="laptop", plugin_name=name, created_at="2026-01-01T00:00:00Z", **known)


def event(sequence: int = 1, name: str = "file.added") -> Event:
    return Event(name=name, sequence=sequence, timestamp="2026-02-16T09:22:00Z")


async def until(holds: Callable[[], bool]) -> None:
    """The time limit of the test is the limit of the wait."""
    while not holds():  # noqa: ASYNC110 - other processes set no event
        await trio.sleep(0.01)


def lines_in(place: Path) -> list[str]:
    return place.read_text().split() if place.exists() else []


def has_ended(pid: int) -> bool:
    """Also where nobody has asked how yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


@dataclass(slots=True)
class Told:
    """`model.notices.Notices` that keeps what it is told."""

    held: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        self.held[key] = title
        self.heard.append(key)

    def clear(self, key: str) -> None:
        self.held.pop(key, None)
