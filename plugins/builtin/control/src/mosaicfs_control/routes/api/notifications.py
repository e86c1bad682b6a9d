"""What the owner should know of: what holds now, what has been, and that somebody has seen it."""

from __future__ import annotations

from typing import Annotated, TypeVar

from msgspec import Meta, Struct

from mosaicfs.model.document import Document
from mosaicfs.model.ids import prefix_of, tail_of
from mosaicfs.model.notification import Notification, Severity, Standing
from mosaicfs.model.questions import Notifications
from mosaicfs.model.times import BadTimeError, Time, instant, now_text
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.acknowledging import acknowledged, standing_of
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.changing import change
from mosaicfs_control.rest.lists import Page, answers_of, page_answer, slice_of
from mosaicfs_control.rest.objects import object_of
from mosaicfs_control.rest.reading import nouns_of
from mosaicfs_control.rest.refusals import ApiError, invalid, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import list_tag, object_tag

routes = Routes()

S = TypeVar("S", bound=Struct)

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


class Seen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`activated_at` is that of the episode on the screen; without it, whatever holds now is acknowledged."""

    activated_at: Time | None = None


class AllSeen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`until` is the newest `activated_at` on the screen: what came later has not been seen."""

    severity: Severity | None = None
    until: Time | None = None


class Acknowledged(Struct, frozen=True):
    acknowledged: int


@routes.on("GET", "/api/notifications", ActiveQuery, answer=ShownNotification, from_replica=True)
async def notifications(call: Call, query: ActiveQuery) -> Ready:
    """List notifications, gravest first, then those seen last."""
    tag = await list_tag(call)
    asked = Notifications(query.status, query.severity, query.node_id)
    found = await answers_of(call.store, asked, query.offset + query.limit)
    total = (await call.store.tally(asked)).documents
    return page_answer([_shown(document) for document in found[query.offset :]], query, total, tag)


@routes.on("GET", "/api/notifications/history", HistoryQuery, answer=ShownNotification, from_replica=True)
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


@routes.on(
    "POST",
    "/api/notifications/{notification_id}/acknowledge",
    body=Seen,
    answer=ShownNotification,
    errors=("not_found", "conflict", "precondition_failed"),
)
async def acknowledge(call: Call, query: NoQuery) -> Ready:
    """Say that this notification was seen. It stays until the condition is over, and comes back if that returns."""
    seen, doc_id = await _body(call, Seen), prefix_of("notification") + call.path["notification_id"]
    document = await change(call, doc_id, Notification, lambda noun: _seen(call, noun, seen.activated_at), _shown)
    return Ready(_shown(document), headers={"etag": object_tag(document.rev)})


@routes.on("POST", "/api/notifications/acknowledge-all", body=AllSeen, answer=Acknowledged)
async def acknowledge_all(call: Call, query: NoQuery) -> Ready:
    """Say that all active notifications were seen, or those of one severity."""
    seen, count = await _body(call, AllSeen), 0
    until = None if seen.until is None else instant(seen.until)
    for document, noun in await nouns_of(call.store, Notifications("active", seen.severity), Notification):
        if until is None or instant(noun.activated_at) <= until:
            count += await _acknowledge_this(call, document.id, noun.activated_at)
    return json_answer(Acknowledged(count))


async def _acknowledge_this(call: Call, doc_id: str, activated_at: str) -> bool:
    """False where it has ended or begun anew meanwhile: nobody has seen that."""
    try:
        await change(call, doc_id, Notification, lambda noun: _seen(call, noun, activated_at), _shown)
    except ApiError as refused:
        if refused.code in ("conflict", "not_found"):
            return False
        raise
    return True


def _seen(call: Call, noun: Notification | None, activated_at: str | None) -> Notification:
    if noun is None:
        raise not_found("This notification")
    if standing_of(noun) == "resolved":
        message = "This condition is over already; there is nothing left to acknowledge."
        raise ApiError("conflict", message, {"reason": "resolved"})
    if activated_at is not None and instant(activated_at) != instant(noun.activated_at):
        message = "This condition was over and has come back since. Look at it again."
        raise ApiError("conflict", message, {"reason": "another_episode", "activated_at": noun.activated_at})
    return acknowledged(noun, call.principal.name, now_text())


async def _body(call: Call, shape: type[S]) -> S:
    """A body that may be missing."""
    return await call.body(shape) if (await call.incoming.raw()).strip() else shape()


def _since(text: str | None) -> int:
    try:
        return instant(text) if text is not None else instant("0001-01-01T00:00:00Z")
    except BadTimeError as cause:
        raise invalid("since", str(cause)) from None


def _shown(document: Document) -> bytes:
    return object_of(document, {"notification_id": tail_of(document.id)})
