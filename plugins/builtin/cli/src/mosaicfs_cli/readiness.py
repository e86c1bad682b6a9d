"""Telling systemd how a duty fares, by its datagram protocol (sd_notify); nothing where nobody listens."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from mosaicfs_cli.lifeline import VARIABLE

if TYPE_CHECKING:
    from mosaicfs import Opened
    from mosaicfs_cli.telling import Person, Program

READY = "READY=1"
STOPPING = "STOPPING=1"
ALIVE = "WATCHDOG=1"


def tell(state: str, environment: Mapping[str, str] = os.environ) -> None:
    """Only the main process speaks: a supervised duty leaves it to its supervisor."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address or VARIABLE in environment:
        return
    if address.startswith("@"):  # a name without a file
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
        connection.sendto(state.encode(), address)


def watchdog_s(environment: Mapping[str, str] = os.environ) -> float | None:
    """How often to say that we live: half of what is allowed. None where nobody counts."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    is_ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(microseconds) / 2_000_000 if microseconds.isdigit() and int(microseconds) and is_ours else None


class Managed(NamedTuple):
    """An observer of a duty that also tells the service manager."""

    observer: Person | Program

    def opened(self, opened: Opened) -> None:
        self.observer.opened(opened)

    def ready(self, facts: Mapping[str, str]) -> None:
        self.observer.ready(facts)
        tell(READY)

    def stopping(self) -> None:
        self.observer.stopping()
        tell(STOPPING)
