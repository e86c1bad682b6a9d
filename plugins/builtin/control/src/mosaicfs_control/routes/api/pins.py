"""Pins: what a node keeps offline. Written here, followed by the node itself, which tells how far it has come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType, structs

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.document import Document
from mosaicfs.model.ids import new_uuid, node_doc_id, pin_id, prefix_of, tail_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Node
from mosaicfs.model.noun import Count, Noun, written
from mosaicfs.model.pin import Pin, PinScope
from mosaicfs.model.store import IdRange
from mosaicfs.model.times import Time, now_text
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.changing import change
from mosaicfs_control.rest.given_directories import given
from mosaicfs_control.rest.lists import Page, page_answer
from mosaicfs_control.rest.objects import object_of
from mosaicfs_control.rest.patching import merged
from mosaicfs_control.rest.pin_object import ShownPin, shown_pins
from mosaicfs_control.rest.pin_preview import PinPreview, preview_of
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import FieldTrouble, all_invalid, invalid, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import list_tag, object_tag

routes = Routes()

DEFAULT_BUDGET = 10_737_418_240

_AT_ONCE = 500
_ALL = IdRange(prefix_of("pin"), pin_id("\U0010ffff"))

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Priority = Annotated[int, Meta(ge=-1_000, le=1_000)]
PinNode = Annotated[str, Meta(min_length=1, max_length=200)]


class PinDraft(Noun, frozen=True, kw_only=True):
    """`node_id` is the node that keeps the bytes; `scope` is exactly one of its four."""

    node_id: PinNode
    scope: PinScope
    budget_bytes: Count = written(DEFAULT_BUDGET)


class NewPin(PinDraft, frozen=True, kw_only=True):
    name: Name
    enabled: bool = written(True)
    expires_at: Time | None = None
    priority: Priority = written(0)


class PinPatch(Noun, frozen=True, kw_only=True):
    """Like all of it a scope is merged into the one before: `{"labels": ["a"], "path": null}` makes one of labels."""

    node_id: PinNode | UnsetType = UNSET
    scope: dict[str, Any] | UnsetType = UNSET
    budget_bytes: Count | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    expires_at: Time | UnsetType | None = UNSET
    priority: Priority | UnsetType = UNSET


@routes.on("GET", "/api/pins", Page, answer=ShownPin, from_replica=True)
async def pins(call: Call, query: Page) -> Ready:
    """List what nodes keep offline, and how far each has come."""
    tag = await list_tag(call)
    found = await _pins(call)
    page = found[query.offset : query.offset + query.limit]
    return page_answer(await shown_pins(call, page), query, len(found), tag)


@routes.on("POST", "/api/pins", body=NewPin, answer=ShownPin, status=201)
async def create_pin(call: Call, query: NoQuery) -> Ready:
    """Keep files on a node, so that they can be read there without a network."""
    asked = await given(call, NewPin)
    await _require_node(call, asked.node_id)
    _require_scope(call, asked.scope)
    members = {name: value for name, value in _members(asked) if name != "unknown"}
    pin = Pin(**members, created_at=now_text())
    doc_id = pin_id(new_uuid())
    document = await change(call, doc_id, Pin, lambda before: pin, _plain)
    return await _answer(call, document, 201, {"location": f"/api/pins/{tail_of(doc_id)}"})


@routes.on("PATCH", "/api/pins/{pin_id}", body=PinPatch, answer=ShownPin, errors=("not_found", "precondition_failed"))
async def change_pin(call: Call, query: NoQuery) -> Ready:
    """Change what is kept, where, how much of it, until when, or switch it off or on."""
    asked = await given(call, PinPatch)
    if isinstance(asked.node_id, str):
        await _require_node(call, asked.node_id)
    changed: dict[str, Any] = {name: value for name, value in _members(asked) if name not in {"unknown", "scope"}}

    def decide(before: Pin | None) -> Pin:
        pin = _known(call, before)
        scope = pin.scope if isinstance(asked.scope, UnsetType) else _merged(call, pin.scope, asked.scope)
        return structs.replace(pin, scope=scope, **changed)

    return await _answer(call, await change(call, _doc_id(call), Pin, decide, _plain))


@routes.on("DELETE", "/api/pins/{pin_id}", errors=("not_found", "precondition_failed"))
async def remove_pin(call: Call, query: NoQuery) -> Ready:
    """Delete a pin: what it kept becomes like everything else in the file cache of its node."""

    def removed(before: Pin | None) -> None:
        _known(call, before)

    await change(call, _doc_id(call), Pin, removed, _plain)
    return Ready(status=204)


@routes.on("POST", "/api/pins/preview", body=PinDraft, answer=PinPreview, access="read")
async def preview_pin(call: Call, query: NoQuery) -> Ready:
    """Count what a pin would keep and fetch. Nothing is saved, and nothing is fetched."""
    asked = await given(call, PinDraft)
    await _require_node(call, asked.node_id)
    _require_scope(call, asked.scope)
    return json_answer(await preview_of(call, asked.node_id, asked.scope, asked.budget_bytes))


# --- what there is -------------------------------------------------------------------------------------------------


async def _pins(call: Call) -> list[tuple[Document, Pin]]:
    found: list[tuple[Document, Pin]] = []
    within = _ALL
    while True:
        rows = await call.store.ids(within, _AT_ONCE, include_docs=True)
        for row in rows:
            pin = noun_of(row.document, Pin)
            if row.document is not None and pin is not None:
                found.append((row.document, pin))
        if len(rows) < _AT_ONCE:
            return found
        within = within._replace(start=rows[-1].id + "\0")


async def _answer(call: Call, document: Document, status: int = 200, headers: dict[str, str] | None = None) -> Ready:
    pin = _known(call, noun_of(document, Pin))
    [body] = await shown_pins(call, [(document, pin)])
    return Ready(body, status, {"etag": object_tag(document.rev, body), **(headers or {})})


# --- what a pin may be ---------------------------------------------------------------------------------------------


def _members(asked: Noun) -> Iterator[tuple[str, Any]]:
    """What was given, and defaults."""
    return ((name, value) for name, value in structs.asdict(asked).items() if value is not UNSET)


async def _require_node(call: Call, node_id: str) -> None:
    node = noun_of(await call.store.get(node_doc_id(node_id)), Node)
    if node is None or node.role == "peer":
        raise invalid("node_id", "is no node of this instance, which alone can keep something")


def _merged(call: Call, before: PinScope, patch: JsonObject) -> PinScope:
    members: JsonObject = msgspec.json.decode(wire.encode(before))
    try:
        scope = wire.decode_as(PinScope, "", wire.canonical(merged(members, patch)))
    except MalformedDocumentError as cause:
        raise invalid(".".join(filter(None, ("scope", cause.field))), cause.trouble) from None
    _require_scope(call, scope)
    return scope


def _require_scope(call: Call, scope: PinScope) -> None:
    """Nothing in it is ignored in silence."""
    parts: list[tuple[str, Noun | None]] = [
        ("scope", scope),
        ("scope.rule", scope.rule),
        ("scope.rule.source", scope.rule and scope.rule.source),
    ]
    strange = [f"{place}.{name}" for place, part in parts if part is not None for name in part.unknown]
    if strange:
        raise all_invalid([FieldTrouble(field, "is not a member of a scope") for field in strange[:20]])
    call.kernel.tree.require_sound(scope)


def _known(call: Call, pin: Pin | None) -> Pin:
    if pin is None:
        raise not_found(f"The pin {call.path['pin_id'][:100]}")
    return pin


def _doc_id(call: Call) -> str:
    return pin_id(call.path["pin_id"])


def _plain(document: Document) -> bytes:
    return object_of(document, {"pin_id": tail_of(document.id)})
