"""What the owner should know of: what holds now, and what has been."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from mosaicfs.model.document import Document
from mosaicfs.model.ids import tail_of
from mosaicfs.model.notification import Notification, Severity, Standing
from mosaicfs.model.questions import Notifications
from mosaicfs.model.times import BadTimeError, instant
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.lists import Page, answers_of, page_answer, slice_of
from mosaicfs_control.rest.objects import object_of
from mosaicfs_control.rest.reading import nouns_of
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import list_tag

routes = Routes()

_OF_SEVERITY = Meta(description="Only those of this severity.")
_OF_NODE = Meta(description="Only those that this node reports.")


class ShownNotification(Notification, frozen=True, kw_only=True, tag_field="type", tag="notification"):
    notification_id: str


class ActiveQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    status: Annotated[Standing, Meta(description="Whether the condition holds, is over, or was acknowledged.")] = (
        "active"
    )
    severity: Annotated[Severity | None, _OF_SEVERITY] = None
    node_id: Annotated[str | None, _OF_NODE] = None


class HistoryQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    since: Annotated[str | None, Meta(description="Only those seen at this time (RFC 3339) or later.")] = None
    severity: Annotated[Severity | None, _OF_SEVERITY] = None
    node_id: Annotated[str | None, _OF_NODE] = None


@routes.on("GET", "/api/notifications", ActiveQuery, answer=ShownNotification)
async def notifications(call: Call, query: ActiveQuery) -> Ready:
    """List notifications, gravest first, then those seen last."""
    tag = await list_tag(call)
    asked = Notifications(query.status, query.severity, query.node_id)
    found = await answers_of(call.store, asked, query.offset + query.limit)
    total = (await call.store.tally(asked)).documents
    return page_answer([_shown(document) for document in found[query.offset :]], query, total, tag)


@routes.on("GET", "/api/notifications/history", HistoryQuery, answer=ShownNotification)
async def history(call: Call, query: HistoryQuery) -> Ready:
    """List what is over or was acknowledged, newest first."""
    tag, since = await list_tag(call), _since(query.since)
    found = []
    for status in ("resolved", "acknowledged"):
        asked = Notifications(status, query.severity, query.node_id)
        found += await nouns_of(call.store, asked, Notification)
    seen = [(instant(notification.last_seen), document) for document, notification in found]
    recent = sorted((row for row in seen if row[0] >= since), key=lambda row: (-row[0], row[1].id))
    return slice_of([_shown(document) for _, document in recent], query, tag)


def _since(text: str | None) -> int:
    try:
        return instant(text) if text is not None else instant("0001-01-01T00:00:00Z")
    except BadTimeError as cause:
        raise invalid("since", str(cause)) from None


def _shown(document: Document) -> bytes:
    return object_of(document, {"notification_id": tail_of(document.id)})
