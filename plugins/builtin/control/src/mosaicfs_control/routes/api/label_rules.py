"""Rules that give labels to all files below a folder: a declaration, which takes effect with its commit."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from mosaicfs.model.document import Document
from mosaicfs.model.filing import FileRow, Filing
from mosaicfs.model.ids import EVERY_NODE, label_rule_id, new_uuid, node_doc_id, tail_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.label import LabelRule
from mosaicfs.model.names import is_path
from mosaicfs.model.node import Node
from mosaicfs.model.times import now_text
from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.changing import change
from mosaicfs_control.rest.file_object import FileObject
from mosaicfs_control.rest.filed import filed, own_nodes
from mosaicfs_control.rest.filters import Text
from mosaicfs_control.rest.including import file_objects
from mosaicfs_control.rest.label_rows import rules_of
from mosaicfs_control.rest.label_words import MOST_LABELS, LabelText, labels_of
from mosaicfs_control.rest.lists import Page, page_answer
from mosaicfs_control.rest.objects import object_of
from mosaicfs_control.rest.patching import patch_of, patched
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import invalid, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import list_tag, object_tag

routes = Routes()

EXAMPLES = 10

Labels = Annotated[tuple[LabelText, ...], Meta(min_length=1, max_length=MOST_LABELS)]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Prefix = Annotated[str, Meta(min_length=1, max_length=4_096)]
RuleNode = Annotated[str, Meta(min_length=1, max_length=200)]


class RulesQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    node_id: Annotated[Text | None, Meta(description="Only those for this node; `*` for those of all nodes.")] = None
    enabled: Annotated[bool | None, Meta(description="Only those that are, or are not.")] = None


class ShownRule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`node_id` is `*` for all nodes. `match_count` is of active files, whether the rule is enabled or not."""

    rule_id: str
    node_id: str
    path_prefix: str
    labels: tuple[str, ...]
    name: str
    enabled: bool
    created_at: str
    updated_at: str | None = None
    match_count: int


class Scope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`node_id` may be `*`, for all nodes; `path_prefix` ends in `/`."""

    node_id: RuleNode
    path_prefix: Prefix


class NewRule(Scope, frozen=True, kw_only=True, forbid_unknown_fields=True):
    labels: Labels
    name: Name
    enabled: bool = True


class RulePatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    labels: Labels | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    path_prefix: Prefix | UnsetType = UNSET
    node_id: RuleNode | UnsetType = UNSET


class Covered(Struct, frozen=True):
    """`items` are examples, at most ten."""

    total: int
    items: list[FileObject]


@routes.on("GET", "/api/labels/rules", RulesQuery, answer=ShownRule, from_replica=True)
async def label_rules(call: Call, query: RulesQuery) -> Ready:
    """List rules that give labels, with the number of files that each covers."""
    tag = await list_tag(call)
    found = [
        (document, rule)
        for document, rule in await rules_of(call.store)
        if query.node_id in (None, rule.node_id) and query.enabled in (None, rule.enabled)
    ]
    page = found[query.offset : query.offset + query.limit]
    items = await _shown(call, page)
    return page_answer([msgspec.json.encode(item) for item in items], query, len(found), tag)


@routes.on("POST", "/api/labels/rules", body=NewRule, answer=ShownRule, status=201)
async def create_label_rule(call: Call, query: NoQuery) -> Ready:
    """Give labels to all files below a folder, now and later."""
    asked = await call.body(NewRule)
    members = {**structs.asdict(asked), "labels": labels_of("labels", asked.labels)}
    await _check_scope(call, asked.node_id, asked.path_prefix)
    rule = LabelRule(**members, created_at=now_text())
    doc_id = label_rule_id(new_uuid())
    document = await change(call, doc_id, LabelRule, lambda before: rule, _plain)
    return await _answer(call, document, 201, {"location": f"/api/labels/rules/{tail_of(doc_id)}"})


@routes.on("GET", "/api/labels/rules/{rule_id}", answer=ShownRule, errors=("not_found",), from_replica=True)
async def one_label_rule(call: Call, query: NoQuery) -> Ready:
    """Show one rule."""
    return await _answer(call, await call.store.get(_doc_id(call)))


@routes.on(
    "PATCH",
    "/api/labels/rules/{rule_id}",
    body=RulePatch,
    answer=ShownRule,
    errors=("not_found", "precondition_failed"),
)
async def change_label_rule(call: Call, query: NoQuery) -> Ready:
    """Change a rule, or switch it off or on. Labels that a person gave are not touched."""
    patch = await patch_of(call, RulePatch)
    if "labels" in patch:
        patch = {**patch, "labels": list(labels_of("labels", msgspec.convert(patch["labels"], tuple[str, ...])))}
    doc_id = _doc_id(call)

    def after(before: LabelRule | None) -> LabelRule:
        rule = patched(doc_id, _known(call, before), patch)
        return rule if rule == before else structs.replace(rule, updated_at=now_text())

    present = after(noun_of(await call.store.get(doc_id), LabelRule))
    if patch.keys() & {"node_id", "path_prefix"}:
        await _check_scope(call, present.node_id, present.path_prefix)
    return await _answer(call, await change(call, doc_id, LabelRule, after, _plain))


@routes.on("DELETE", "/api/labels/rules/{rule_id}", errors=("not_found", "precondition_failed"))
async def remove_label_rule(call: Call, query: NoQuery) -> Ready:
    """Delete a rule: files that had a label by it alone have it no more."""

    def removed(before: LabelRule | None) -> None:
        _known(call, before)

    await change(call, _doc_id(call), LabelRule, removed, _plain)
    return Ready(status=204)


@routes.on("POST", "/api/labels/rules/preview", body=Scope, answer=Covered, access="read")
async def preview_label_rule(call: Call, query: NoQuery) -> Ready:
    """Count the files that a rule would cover, and show some. Nothing is saved."""
    asked = await call.body(Scope)
    await _check_scope(call, asked.node_id, asked.path_prefix)

    def covered(filing: Filing) -> tuple[int, list[FileRow]]:
        return count_of(filing, asked.node_id, asked.path_prefix), first_of(filing, asked.node_id, asked.path_prefix)

    total, rows = await filed(call.store, covered)
    documents = await call.store.get_many([row.file_id for row in rows])
    items = b",".join(item for item in await file_objects(call, documents) if item is not None)
    return Ready(b'{"total":%d,"items":[%s]}' % (total, items))


# --- what a rule covers --------------------------------------------------------------------------------------------


def count_of(filing: Filing, node_id: str, path_prefix: str) -> int:
    return sum(filing.count_below(node, _folder(path_prefix)) for node in _nodes(filing, node_id))


def first_of(filing: Filing, node_id: str, path_prefix: str) -> list[FileRow]:
    found: list[FileRow] = []
    for node in _nodes(filing, node_id):
        if len(found) < EXAMPLES:
            found += filing.files_below(node, _folder(path_prefix), None, EXAMPLES - len(found))
    return found[:EXAMPLES]


def _nodes(filing: Filing, node_id: str) -> list[str]:
    return own_nodes(filing) if node_id == EVERY_NODE else [node_id]


def _folder(path_prefix: str) -> str:
    return path_prefix.rstrip("/") or "/"


async def _shown(call: Call, rules: list[tuple[Document, LabelRule]]) -> list[ShownRule]:
    def counted(filing: Filing) -> list[int]:
        return [count_of(filing, rule.node_id, rule.path_prefix) for _, rule in rules]

    counts = await filed(call.store, counted)
    return [_with_count(document, rule, count) for (document, rule), count in zip(rules, counts, strict=True)]


def _with_count(document: Document, rule: LabelRule, count: int) -> ShownRule:
    return ShownRule(
        rule_id=tail_of(document.id),
        node_id=rule.node_id,
        path_prefix=rule.path_prefix,
        labels=rule.labels,
        name=rule.name,
        enabled=rule.enabled,
        created_at=rule.created_at,
        updated_at=rule.updated_at,
        match_count=count,
    )


async def _answer(
    call: Call, document: Document | None, status: int = 200, headers: dict[str, str] | None = None
) -> Ready:
    rule = _known(call, noun_of(document, LabelRule))
    assert document is not None
    [shown] = await _shown(call, [(document, rule)])
    body = msgspec.json.encode(shown)
    return Ready(body, status, {"etag": object_tag(document.rev, body), **(headers or {})})


# --- what a rule may be --------------------------------------------------------------------------------------------


async def _check_scope(call: Call, node_id: str, path_prefix: str) -> None:
    if not path_prefix.endswith("/") or not is_path(path_prefix[:-1] or "/"):
        raise invalid("path_prefix", "must be absolute, end in /, and have no empty, . or .. parts")
    if node_id != EVERY_NODE and noun_of(await call.store.get(node_doc_id(node_id)), Node) is None:
        raise invalid("node_id", "is no node of this instance; * stands for all of them")


def _known(call: Call, rule: LabelRule | None) -> LabelRule:
    if rule is None:
        raise not_found(f"The rule {call.path['rule_id'][:100]}")
    return rule


def _doc_id(call: Call) -> str:
    return label_rule_id(call.path["rule_id"])


def _plain(document: Document) -> bytes:
    computed: JsonObject = {"rule_id": tail_of(document.id)}
    return object_of(document, computed)
