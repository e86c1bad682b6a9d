"""What a plugin at a socket tells the owner: a few conditions a minute, in its own name."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import msgspec
import structlog
import trio

from mosaicfs.model.json import Json
from mosaicfs.model.notices import Notices
from mosaicfs.model.notification import Remedy, Severity
from mosaicfs_process.exchange import Facts

A_MINUTE = 10
MOST_AT_ONCE = 20

_log = structlog.get_logger(component="plugins")


class _Told(msgspec.Struct):
    condition_key: str
    severity: Severity
    title: str
    message: str = ""
    actions: tuple[Remedy, ...] = ()


class Told:
    """`pushed` counts messages that nobody asked for; what comes with an answer to a health check is free."""

    def __init__(self, plugin: str, now: Callable[[], float] = trio.current_time) -> None:
        self._plugin = plugin
        self._now = now
        self._lately: deque[float] = deque()
        self._is_loud = False

    def pushed(self, message: Facts, notices: Notices) -> None:
        while self._lately and self._now() - self._lately[0] >= 60:
            self._lately.popleft()
        if len(self._lately) >= A_MINUTE:
            if not self._is_loud:
                _log.warning("a plugin notifies too often", plugin=self._plugin, most_a_minute=A_MINUTE)
            self._is_loud = True
            return
        self._is_loud = False
        self._lately.append(self._now())
        self.take(message, notices)

    def take(self, message: Facts, notices: Notices) -> None:
        for told in _listed(message.get("notifications")):
            try:
                each = msgspec.convert(told, _Told)
            except msgspec.ValidationError as trouble:
                _log.info("a notice of a plugin makes no sense", plugin=self._plugin, cause=str(trouble))
                continue
            notices.observe(each.condition_key, each.severity, each.title, each.message, each.actions)
        for key in _listed(message.get("resolve_notifications")):
            if isinstance(key, str):
                notices.clear(key)


def _listed(told: Json) -> list[Json]:
    return told[:MOST_AT_ONCE] if isinstance(told, list) else []
