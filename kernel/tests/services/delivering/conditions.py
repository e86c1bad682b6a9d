"""Notifications, as tests about channels need them."""

from __future__ import annotations

from msgspec import structs

from mosaicfs.model.notification import Notification, Reporter, Severity
from mosaicfs.model.times import time_text

NODE = "node-attic"


def at(seconds: float) -> str:
    return time_text(int(seconds * 1_000_000))


def holding(
    key: str = "target_near_full:usb",
    severity: Severity = "warning",
    began: float = 1_000_000.0,
    node: str = NODE,
    message: str = "usb has 3 GiB left.",
) -> Notification:
    return Notification(
        condition_key=key,
        source=Reporter(node_id=node, component="copies"),
        severity=severity,
        status="active",
        title="Target nearly full",
        message=message,
        first_seen=at(began),
        last_seen=at(began),
        activated_at=at(began),
        occurrence_count=1,
    )


def ended(noun: Notification, when: float) -> Notification:
    return structs.replace(noun, status="resolved", resolved_at=at(when), last_seen=at(when))


def acknowledged(noun: Notification, when: float) -> Notification:
    return structs.replace(noun, status="acknowledged", acknowledged_at=at(when), acknowledges=noun.activated_at)
