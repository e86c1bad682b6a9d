"""Why something is at a path of the tree, or why a file is not there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from mosaicfs import wire
from mosaicfs.errors import BadQueryError, NotShownError
from mosaicfs.model.directory import Mount, MountSource, Strategy
from mosaicfs.model.ids import CONTROL_PLANE
from mosaicfs.model.json import JsonObject
from mosaicfs.model.noun import Noun
from mosaicfs.model.step import StepResult
from mosaicfs.model.times import now_text
from mosaicfs.model.tree import Explanation, GivenLabel, Origin, Result, ShownAs, Winner
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.copies import Serving, ShownCopy, reach_of
from mosaicfs_control.rest.file_object import ShownLabel
from mosaicfs_control.rest.filters import Text
from mosaicfs_control.rest.objects import whole_file_id
from mosaicfs_control.rest.other_readers import Reader, other_reader
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call, Instance, Routes
from mosaicfs_control.rest.summaries import summary_of
from mosaicfs_control.rest.traces import ShownTraceLine, shown_trace
from mosaicfs_control.rest.virtual_paths import virtual_path

routes = Routes()


class ExplainQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    path: Annotated[Text | None, Meta(description="A path in the tree; with `file_id` also just its directory.")] = None
    file_id: Annotated[Text | None, Meta(description="Id of a file; `file::` may be left out.")] = None
    reader: Annotated[
        Text | None, Meta(description="Id of the node that would read; without it the one that answers.")
    ] = msgspec.field(default=None, name="from")


class DecidingDirectory(Struct, frozen=True):
    """The directory whose document decides."""

    virtual_path: str
    mount_count: int


class DecidingMount(Noun, frozen=True, kw_only=True):
    mount_id: str
    source: MountSource
    strategy: Strategy


class ExplainedLabel(ShownLabel, frozen=True, kw_only=True, omit_defaults=True):
    """`updated_by` is there where a person gave it, what begins with `rule` where a rule does."""

    path_prefix: str | None = None
    updated_by: str | None = None


class Explained(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one place. Of a file alone there are only `items`, one for each place where it is shown."""

    path: str | None = None
    result: Result | None = None
    kind: str | None = None
    origin: Origin | None = None
    file_id: str | None = None
    summary: str | None = None
    directory: DecidingDirectory | None = None
    mount: DecidingMount | None = None
    mapped_name: str | None = None
    shown_as: ShownAs | None = None
    trace: list[ShownTraceLine] | None = None
    default_result: StepResult | None = None
    winner: Winner | None = None
    shadowed_by: str | None = None
    component: str | None = None
    since: str | None = None
    nearest: str | None = None
    also_at: list[str] | None = None
    labels: list[ExplainedLabel] | None = None
    copies: list[ShownCopy] | None = None
    would_serve: Annotated[
        Serving | None, Meta(description="What the next read would use; null where nothing can serve.")
    ] = None
    reason: str | None = None
    files_examined: int | None = None
    source: str | None = msgspec.field(default=None, name="from")
    evaluated_at: str | None = None
    items: list[Explained] | None = None


@routes.on("GET", "/api/explain", ExplainQuery, answer=Explained, from_replica=True)
async def explain(call: Call, query: ExplainQuery) -> Ready:
    """Say why something is at a path of the tree, or why a file is not there."""
    if query.path is None and query.file_id is None:
        raise invalid("path", "say what to explain: a path, a file_id, or both")
    file_id = None if query.file_id is None else whole_file_id(query.file_id)
    reader = await other_reader(call, query.reader)
    found = await _explained(call, query.path, file_id)
    source = query.reader or (CONTROL_PLANE if isinstance(call.here, Instance) else call.kernel.node_id)
    shown = [{**await _shown(call, each, reader), "from": source} for each in found]
    return json_answer({"items": shown} if query.path is None else {"path": query.path, **shown[0]})


async def _explained(call: Call, path: str | None, file_id: str | None) -> list[Explanation]:
    try:
        return await call.kernel.tree.explain(None if path is None else virtual_path(path), file_id)
    except BadQueryError as cause:
        raise invalid("path", str(cause).rstrip(".")) from None


async def _shown(call: Call, found: Explanation, reader: Reader | None) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(found)
    for name in ("virtual_path", "directory", "mount_id", "trace"):
        plain.pop(name, None)
    mounts, mount = await _mounts(call, found)
    return {
        **({"path": found.virtual_path} if found.virtual_path is not None else {}),
        **plain,
        "summary": summary_of(found, mount),
        **({"directory": DecidingDirectory(found.directory, len(mounts))} if found.directory is not None else {}),
        **({} if mount is None else {"mount": _deciding(mount), "default_result": mount.default_result}),
        "trace": shown_trace(found.trace),
        **({} if found.file_id is None else await _of_file(call, found.file_id, reader)),
        "evaluated_at": now_text(),
    }


async def _of_file(call: Call, file_id: str, reader: Reader | None) -> dict[str, Any]:
    [given] = await call.kernel.tree.labels_of([file_id])
    reach = await reach_of(call, file_id, reader)
    return {
        "labels": [_label(each) for each in given],
        "copies": reach.copies,
        "would_serve": reach.serving,
        **({} if reach.serving is not None else {"reason": reach.reason}),
        "files_examined": 1,
    }


async def _mounts(call: Call, found: Explanation) -> tuple[Sequence[Mount], Mount | None]:
    """Of the directory that decides, and the one of them that is meant. It may just have been removed."""
    if found.directory is None:
        return (), None
    try:
        mounts = (await call.kernel.tree.directory(found.directory)).document.mounts
    except NotShownError:
        return (), None
    return mounts, next((mount for mount in mounts if mount.mount_id == found.mount_id), None)


def _deciding(mount: Mount) -> JsonObject:
    shown = DecidingMount(mount_id=mount.mount_id, source=mount.source, strategy=mount.strategy)
    members: JsonObject = msgspec.json.decode(wire.encode(shown))
    return members


def _label(given: GivenLabel) -> ExplainedLabel:
    if not given.rule_id:
        return ExplainedLabel(label=given.label, source="direct", updated_by=given.updated_by or None)
    return ExplainedLabel(
        label=given.label,
        source="rule",
        rule_id=given.rule_id,
        rule_name=given.rule_name,
        path_prefix=given.path_prefix,
    )
