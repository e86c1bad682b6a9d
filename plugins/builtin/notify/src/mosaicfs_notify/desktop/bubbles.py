"""Bubbles on the session bus (`org.freedesktop.Notifications`): shown, replaced by the next word, closed at the end.

Each message has a connection of its own; nothing is held open between them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Final

import trio
from jeepney import DBusAddress, Message, new_method_call
from jeepney.auth import AuthenticationError
from jeepney.io.trio import open_dbus_router
from jeepney.wrappers import DBusErrorResponse, unwrap_msg

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.notification import Notice

LIMIT_S = 10.0
BY_THE_SYSTEM = -1

_SERVICE: Final = DBusAddress(
    "/org/freedesktop/Notifications",
    bus_name="org.freedesktop.Notifications",
    interface="org.freedesktop.Notifications",
)
_URGENCY = {"info": 0, "warning": 1, "error": 2}


def session_bus(environment: Mapping[str, str] = os.environ) -> str | None:
    """Where the bus of this person's session is; None for a service, and where nobody is logged in."""
    if address := environment.get("DBUS_SESSION_BUS_ADDRESS"):
        return address
    path = Path(environment.get("XDG_RUNTIME_DIR") or "/nowhere") / "bus"
    return f"unix:path={path}" if path.is_socket() else None


@dataclass
class Bubbles:
    """Which bubble shows which condition, as long as this process lives."""

    _shown: dict[str, int] = field(default_factory=dict)

    async def show(self, bus: str, notice: Notice, timeout_s: int) -> int | None:
        """The bubble's number; None for one that was closed. `SourceUnavailableError` where the bus does not answer."""
        if notice.transition == "resolved":
            await self._close(bus, notice.thread)
            return None
        noun = notice.notification
        hints = {"urgency": ("y", _URGENCY[noun.severity]), "category": ("s", "device")}
        body = escape("\n".join(filter(None, (noun.message, notice.link))), quote=False)
        stay_ms = timeout_s * 1000 or BY_THE_SYSTEM
        told: tuple[object, ...] = (
            "MosaicFS",
            self._shown.get(notice.thread, 0),
            "",
            noun.title,
            body,
            [],
            hints,
            stay_ms,
        )
        (number,) = await _called(bus, new_method_call(_SERVICE, "Notify", "susssasa{sv}i", told))
        self._shown[notice.thread] = number
        return int(number)

    async def _close(self, bus: str, thread: str) -> None:
        number = self._shown.pop(thread, None)
        if number is not None:
            await _called(bus, new_method_call(_SERVICE, "CloseNotification", "u", (number,)))


async def _called(bus: str, call: Message) -> tuple[Any, ...]:
    """Answers of a bus are whatever the other side sends."""
    try:
        with trio.fail_after(LIMIT_S):
            async with open_dbus_router(bus) as router:
                answer: tuple[Any, ...] = unwrap_msg(await router.send_and_get_reply(call))
                return answer
    except DBusErrorResponse as refusal:
        raise SourceUnavailableError("The desktop", refusal.name) from None
    except (OSError, trio.TooSlowError, AuthenticationError, ValueError) as trouble:
        raise SourceUnavailableError("The desktop", str(trouble) or type(trouble).__name__) from None


BUBBLES = Bubbles()
"""One for the process, as there is one desktop; a plugin keeps nothing between two calls of its hook otherwise."""
