"""One condition that the owner should know of, from its onset to its end."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mosaicfs.model.noun import Noun
from mosaicfs.model.times import Time

Severity = Literal["info", "warning", "error"]
Standing = Literal["active", "resolved", "acknowledged"]


class Reporter(Noun, frozen=True, kw_only=True):
    """`component` is an open list: `crawler`, `replication`, `plugin:{name}`, …"""

    node_id: str
    component: str


class Remedy(Noun, frozen=True, kw_only=True):
    """Something a person can press: either `api` (method and path) or `page` (a path of the web interface)."""

    label: str
    api: str | None = None
    page: str | None = None


class Notification(Noun, frozen=True, kw_only=True, tag_field="type", tag="notification"):
    """The last three fields are written by the control plane only.

    `acknowledges` names the `activated_at` that was acknowledged, so a condition that comes back is open again.
    """

    condition_key: str
    source: Reporter
    severity: Severity
    status: Standing
    title: str
    message: str
    actions: tuple[Remedy, ...] | None = None
    first_seen: Time
    last_seen: Time
    occurrence_count: int
    activated_at: Time
    resolved_at: Time | None = None
    acknowledged_at: Time | None = None
    acknowledged_by: str | None = None
    acknowledges: Time | None = None


Transition = Literal["raised", "escalated", "reminder", "resolved", "summary", "test"]


class Sender(Struct, frozen=True, kw_only=True):
    """The instance that a message is of. `url` is empty where nobody can reach its pages."""

    instance_id: str = ""
    name: str = ""
    url: str = ""


class Notice(Struct, frozen=True, kw_only=True):
    """What a channel is asked to deliver: the notification and what has just become of it.

    `id` is that of the document. A message that is sent twice has the same `delivery_id` both times; all messages about
    one condition have the same `thread`. A summary is written as a notification too, so that a channel may treat it as
    any other; what it sums up is in `notifications`. `link` is a page to open, or empty.
    """

    id: str
    notification: Notification
    transition: str
    delivery_id: str = ""
    sent_at: str = ""
    thread: str = ""
    link: str = ""
    sender: Sender = Sender()
    notifications: tuple[Notification, ...] = ()


class Delivery(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`id` is the channel's own name of the message, where it gives one."""

    delivered: bool
    id: str | None = None
