"""What happens, as it happens: a stream of server-sent events, or one question after the other."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
from msgspec import Meta, Struct

from mosaicfs_control.answers import Answer, Ready, Stream, Write, json_answer
from mosaicfs_control.events.event import TYPES, Event
from mosaicfs_control.events.events import Events, Seen
from mosaicfs_control.events.streaming import MEDIA_TYPE, Asked, EventStream
from mosaicfs_control.rest.refusals import ApiError, invalid
from mosaicfs_control.rest.routing import Call, Routes

routes = Routes()

MOST_EVENTS = 1_000
MOST_WAIT_S = 60

_Since = Annotated[
    Annotated[int, Meta(ge=0)] | None, Meta(description="What came after this number; without it, what happens next.")
]


class EventsQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    since: _Since = None
    types: Annotated[str, Meta(max_length=1_000, description="Comma list of types; without it, all.")] = ""
    node_id: Annotated[str | None, Meta(description="Only those about this node.")] = None
    timeout_s: Annotated[
        float, Meta(ge=0, le=MOST_WAIT_S, description="How long to wait for the first one; not for a stream.")
    ] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST_EVENTS, description="Most events of one answer; not for a stream.")] = 100


class SomeEvents(Struct, frozen=True):
    """Ask on with `since` = `last`: up to there everything is in `items`. `oldest` is the first that is kept."""

    items: list[Event]
    last: int
    oldest: int


@routes.on(
    "GET",
    "/api/events",
    EventsQuery,
    answer=SomeEvents,
    errors=("events_expired", "rate_limited"),
    from_replica=True,
)
async def events(call: Call, query: EventsQuery) -> Answer:
    """Follow what happens: a stream with `Accept: text/event-stream`, else what has happened since a number."""
    asked, followed = Asked(_since(call, query), _types(query.types), query.node_id), await call.here.followed()
    if MEDIA_TYPE not in call.headers.get("accept", ""):
        return await _polled(call, query, asked, followed)
    if call.method == "HEAD":
        return Ready(media_type=MEDIA_TYPE)
    return _stream(call, asked, followed)


def _stream(call: Call, asked: Asked, followed: Events) -> Stream:
    async def write_to(write: Write) -> None:
        with call.here.streaming(call.principal) as ending:
            await EventStream(followed, asked, ending, call.here.stopping).write(write)

    return Stream(write_to, MEDIA_TYPE)


async def _polled(call: Call, query: EventsQuery, asked: Asked, followed: Events) -> Ready:
    since = followed.extent.last if asked.since is None else asked.since
    if not followed.is_kept(since):
        raise _expired(followed)
    seen = Seen([], since)
    with anyio.move_on_after(query.timeout_s), call.here.stopping.ends_the_wait():
        while not seen.events:
            seen = await followed.read(seen.reached, asked.types, asked.node_id, query.limit)
            if not seen.events:
                await followed.wait_beyond(seen.reached)
    return json_answer(SomeEvents(seen.events, seen.reached, followed.extent.oldest))


def _since(call: Call, query: EventsQuery) -> int | None:
    """A browser that comes back says where it was in a header."""
    header = call.headers.get("last-event-id")
    if query.since is not None or header is None:
        return query.since
    if not (header.isascii() and header.isdigit() and len(header) < 20):
        raise ApiError("invalid_request", "Last-Event-ID is the number of an event.")
    return int(header)


def _types(text: str) -> frozenset[str]:
    types = frozenset(name.strip() for name in text.split(",") if name.strip())
    if strangers := sorted(types - TYPES):
        raise invalid("types", f"{strangers[0][:40]!r} is no type of events")
    return types


def _expired(followed: Events) -> ApiError:
    oldest, last = followed.extent
    detail: dict[str, Any] = {"oldest": oldest, "last": last}
    return ApiError("events_expired", f"Events are kept from {oldest} on. Read your lists anew, then go on.", detail)
