"""A pin as callers see it: what a person wants, and how far the node that keeps it has come, as that node told last."""

from __future__ import annotations

from collections.abc import Sequence
from time import time
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct, structs

from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.document import Document
from mosaicfs.model.ids import status_id, tail_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.pin import Pin, PinScope
from mosaicfs.model.times import instant
from mosaicfs_control.rest.objects import members_of
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.routing import Call

State: TypeAlias = Literal["kept", "fetching", "waiting", "blocked", "wanted", "disabled", "expired"]


class ToldPin(Struct, frozen=True, kw_only=True):
    """`blocked` are paths at the sources of files that have no room in the budget, at most twenty.

    `state`: `wanted` until the node has told of it; `blocked` when all is kept that has room; `waiting` for what
    `waits_for` says, which is `source`, `network` (a metered one) or `disk`.
    """

    state: State = "wanted"
    waits_for: str = ""
    files: int = 0
    bytes: int = 0
    kept_files: int = 0
    kept_bytes: int = 0
    blocked_files: int = 0
    blocked_bytes: int = 0
    blocked: tuple[str, ...] = ()


class ShownPin(ToldPin, frozen=True, kw_only=True):
    pin_id: str
    node_id: str
    name: str
    enabled: bool
    created_at: str
    scope: PinScope
    budget_bytes: int
    expires_at: str | None = None
    priority: int


async def shown_pins(call: Call, pins: Sequence[tuple[Document, Pin]]) -> list[bytes]:
    told = await _told(call, sorted({pin.node_id for _, pin in pins}))
    return [_shown(document, pin, told.get(pin.node_id, {})) for document, pin in pins]


async def _told(call: Call, node_ids: Sequence[str]) -> dict[str, JsonObject]:
    """What each node says of its pins, by their ids."""
    found: dict[str, JsonObject] = {}
    for document in await call.store.get_many([status_id(each) for each in node_ids]):
        status = noun_of(document, AgentStatus)
        part = None if status is None else status.subsystems.get("pins")
        pins = None if part is None else part.unknown.get("pins")
        if status is not None and isinstance(pins, dict):
            found[status.node_id] = pins
    return found


def _shown(document: Document, pin: Pin, told: JsonObject) -> bytes:
    pin_id = tail_of(document.id)
    computed: JsonObject = {**structs.asdict(_state(pin, told.get(pin_id))), "pin_id": pin_id}
    return msgspec.json.encode({**members_of(document), **computed})


def _state(pin: Pin, told: object) -> ToldPin:
    """Of a pin that is not in force only that."""
    if not pin.enabled:
        return ToldPin(state="disabled")
    if pin.expires_at is not None and instant(pin.expires_at) <= time() * 1_000_000:
        return ToldPin(state="expired")
    try:
        return msgspec.convert(told or {}, ToldPin)
    except msgspec.ValidationError:  # a node of another version
        return ToldPin()
