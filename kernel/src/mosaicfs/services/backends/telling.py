"""How hosted backends fare, for the owner: notices, and the items in the status of the node."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from mosaicfs.errors import SignInNeededError
from mosaicfs.model.json import Json
from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.notification import Remedy, Severity
from mosaicfs.model.times import time_text
from mosaicfs.services.backends.history import Remembered
from mosaicfs.services.backends.using import NOTHING_USED, Used

State: TypeAlias = Literal["ok", "polling", "waiting", "throttled", "unreachable", "needs_owner", "disabled", "mock"]

STALLED, SIGNED_OUT, NEAR_QUOTA = "sync_stalled", "oauth_expired", "quota_near_limit"
STALLED_AFTER = 3
STALLED_AFTER_S = 3600.0
TIMES_TOLD_S = 600.0
_PASSING = frozenset({"last_poll", "last_full", "next_poll", "polls", "requests", "throttled_s", "auth"})
NEAR, FULL, ROOMY = 0.90, 0.98, 0.85


class Shown(NamedTuple):
    """`ended` counts polls since the agent began, by the state in which they left the backend."""

    name: str
    state: State
    message: str
    files: int
    next_poll: float | None
    past: Remembered
    ended: Mapping[str, int] = MappingProxyType({})
    used: Used = NOTHING_USED


def item_of(shown: Shown) -> dict[str, Json]:
    past = shown.past
    quota: Json = None
    if past.used_bytes is not None:
        quota = {"used_bytes": past.used_bytes, "quota_bytes": past.quota_bytes}
    return {
        "name": shown.name,
        "state": shown.state,
        "last_poll": _text(past.polled),
        "last_full": _text(past.last_full),
        "next_poll": _text(shown.next_poll),
        "files": shown.files,
        "skipped": past.skipped,
        "drift": past.drift,
        "quota": quota,
        "auth": None if shown.used.signed_in_until is None else {"expires_at": shown.used.signed_in_until},
        "message": shown.message,
        "polls": {**shown.ended},
        "requests": {**shown.used.requests},
        "throttled_s": shown.used.throttled_s,
    }


class ToldItems:
    """Times and counts alone are no news: who polls every minute would have the status written as often."""

    def __init__(self) -> None:
        self._items: dict[str, tuple[float, dict[str, Json]]] = {}

    def item(self, shown: Shown, now: float) -> dict[str, Json]:
        fresh = item_of(shown)
        at, last = self._items.get(shown.name, (0.0, {}))
        if now - at < TIMES_TOLD_S and _lasting(fresh) == _lasting(last):
            return last
        self._items[shown.name] = now, fresh
        return fresh

    def refresh(self, name: str) -> None:
        """A person has asked for it, and wants to see when."""
        self._items.pop(name, None)


def _lasting(item: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in item.items() if name not in _PASSING}


class BackendNotices:
    """Of one backend."""

    def __init__(self, notices: LastingNotices, name: str) -> None:
        self._notices = notices
        self._name = name

    def well(self) -> None:
        for key in (STALLED, SIGNED_OUT):
            self._notices.clear(f"{key}:{self._name}")

    def stalled(self, message: str, since: str) -> None:
        last = f"It was read wholly last at {since}. " if since else ""
        text = f"{message} {last}Its files stay listed. It is tried again; see: mosaicfs backends show {self._name}"
        self._notices.observe(f"{STALLED}:{self._name}", "error", f"{self._name} cannot be polled", text)

    def needs_owner(self, error: Exception) -> None:
        if isinstance(error, SignInNeededError):
            page = f"/settings/backends?authorise={self._name}"
            text = f"{error} Until then its files stay listed and cannot be read from it."
            remedies = (Remedy(label="Re-authorise", page=page),)
            self._notices.observe(
                f"{SIGNED_OUT}:{self._name}", "error", f"{self._name} needs you to sign in", text, remedies
            )
            return
        text = (
            f"{error} It is not polled until its settings or secrets change, or you ask for it: "
            f"mosaicfs backends poll {self._name}"
        )
        self._notices.observe(f"{STALLED}:{self._name}", "error", f"{self._name} needs you", text)

    def quota(self, used: int, total: int | None) -> None:
        key = f"{NEAR_QUOTA}:{self._name}"
        part = used / total if total else 0.0
        severity: Severity | None = "error" if part >= FULL else "warning" if part >= NEAR else None
        if severity is None and part >= ROOMY and self._notices.holds(key):
            severity = "warning"
        if severity is None:
            self._notices.clear(key)
            return
        text = f"{int(part * 100)} % of the space of {self._name} is used. Remove what you do not need there."
        self._notices.observe(key, severity, f"{self._name} is nearly full", text)

    def gone(self) -> None:
        for key in (STALLED, SIGNED_OUT, NEAR_QUOTA):
            self._notices.clear(f"{key}:{self._name}")


def _text(moment: float | None) -> str | None:
    return None if moment is None else time_text(int(moment * 1_000_000))
