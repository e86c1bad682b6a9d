"""What an agent has told of the storage backends that it hosts, as readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mosaicfs.model.json import Json
from mosaicfs.model.times import BadTimeError, instant
from mosaicfs_control.metrics.readings import Readings
from mosaicfs_control.metrics.told_numbers import put_known

ROOM = {"used": "used_bytes", "total": "quota_bytes"}


def read_backends(readings: Readings, node_id: str, items: Iterable[Mapping[str, Json]], now_s: float) -> None:
    for item in items:
        if isinstance(name := item.get("name"), str):
            labels = {"node": node_id, "backend": name}
            _read_backend(readings, item, labels)
            _read_usage(readings, item, labels, now_s)


def _read_backend(readings: Readings, item: Mapping[str, Json], labels: Mapping[str, str]) -> None:
    if isinstance(polls := item.get("polls"), Mapping):
        for code, count in polls.items():
            put_known(readings, "backend_polls_total", count, **labels, code=code)
    if isinstance(quota := item.get("quota"), Mapping):
        for kind, member in ROOM.items():
            put_known(readings, "backend_quota_bytes", quota.get(member), **labels, kind=kind)


def _read_usage(readings: Readings, item: Mapping[str, Json], labels: Mapping[str, str], now_s: float) -> None:
    """Only of plugins that count: to the others zero would be a claim."""
    if isinstance(requests := item.get("requests"), Mapping) and requests:
        for kind, count in requests.items():
            put_known(readings, "backend_requests_total", count, **labels, kind=kind)
        put_known(readings, "backend_throttled_seconds_total", item.get("throttled_s"), **labels)
    auth = item.get("auth")
    if isinstance(auth, Mapping) and (left_s := _seconds_until(auth.get("expires_at"), now_s)) is not None:
        readings.put("backend_token_expiry_seconds", left_s, **labels)


def _seconds_until(text: Json, now_s: float) -> float | None:
    try:
        return instant(text) / 1_000_000 - now_s if isinstance(text, str) else None
    except BadTimeError:
        return None
