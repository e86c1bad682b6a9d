"""Somebody to tell things to, who remembers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from mosaicfs.model.json import Json
from mosaicfs.model.notification import Remedy, Severity
from mosaicfs.model.standing import Fare


class FakeStanding:
    """`fares` of each subsystem in the order told, `messages` as they are now."""

    def __init__(self) -> None:
        self.fares: dict[str, list[Fare]] = {}
        self.messages: dict[str, str] = {}
        self.counters: dict[str, Mapping[str, Json]] = {}
        self.troubles: list[str] = []
        self.watched: tuple[str, ...] = ()
        self.hurries = 0

    def tell(self, subsystem: str, fare: Fare, message: str = "", counters: Mapping[str, Json] | None = None) -> None:
        self.fares.setdefault(subsystem, []).append(fare)
        self.messages[subsystem] = message
        if counters is not None:
            self.counters[subsystem] = counters

    def trouble(self, subsystem: str, level: Literal["warning", "error"], message: str) -> None:
        self.troubles.append(message)

    def watching(self, paths: tuple[str, ...], adopted: tuple[str, ...] = ()) -> None:
        self.watched = paths

    def hurry(self) -> None:
        self.hurries += 1


class FakeNotices:
    """`holding` are the conditions that were observed and not cleared, with their messages."""

    def __init__(self) -> None:
        self.holding: dict[str, str] = {}

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        self.holding[key] = message

    def clear(self, key: str) -> None:
        self.holding.pop(key, None)
