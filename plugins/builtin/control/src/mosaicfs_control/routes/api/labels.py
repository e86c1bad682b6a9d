"""Labels: which there are, which a file has, and a new name for one everywhere."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from mosaicfs.model.file import File
from mosaicfs.model.questions import AssignmentsWithLabel
from mosaicfs_control.answers import Ready
from mosaicfs_control.jobs.job import Job
from mosaicfs_control.labelling import rename_label
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.file_labels import labels_of_file
from mosaicfs_control.rest.file_object import ShownLabel
from mosaicfs_control.rest.filters import Text
from mosaicfs_control.rest.label_rows import rules_of
from mosaicfs_control.rest.label_words import LabelText, label_of
from mosaicfs_control.rest.lists import Page, page_answer
from mosaicfs_control.rest.objects import whole_file_id
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import invalid, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.starting import start
from mosaicfs_control.rest.validators import list_tag

routes = Routes()


class LabelsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    prefix: Annotated[str, Meta(max_length=1_000, description="What the labels begin with; case counts.")] = ""


class FileQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    file_id: Annotated[Text, Meta(description="Id of a file; `file::` may be left out.")]


class LabelCount(Struct, frozen=True):
    """Rules that are disabled count too; `assignment_count` is of files that a person gave it."""

    label: str
    assignment_count: int
    rule_count: int


class EffectiveLabels(Struct, frozen=True):
    file_id: str
    labels: list[ShownLabel]


class Renaming(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a file or rule has both, they become one."""

    before: Annotated[LabelText, Meta(description="The label as it is.")] = msgspec.field(name="from")
    after: Annotated[LabelText, Meta(description="The label as it is to be.")] = msgspec.field(name="to")


@routes.on("GET", "/api/labels", LabelsQuery, answer=LabelCount, from_replica=True)
async def labels(call: Call, query: LabelsQuery) -> Ready:
    """List all labels that something names, with how often."""
    tag, by_rules = await list_tag(call), await _rule_counts(call)
    names = sorted({*await call.store.labels(), *by_rules})
    names = [name for name in names if name.startswith(query.prefix)]
    page = names[query.offset : query.offset + query.limit]
    counts = [(await call.store.tally(AssignmentsWithLabel(name))).documents for name in page]
    items = [LabelCount(name, count, by_rules[name]) for name, count in zip(page, counts, strict=True)]
    return page_answer([msgspec.json.encode(item) for item in items], query, len(names), tag)


@routes.on("GET", "/api/labels/effective", FileQuery, answer=EffectiveLabels, errors=("not_found",), from_replica=True)
async def effective_labels(call: Call, query: FileQuery) -> Ready:
    """Show the labels of a file, and where each comes from."""
    tag, file_id = await list_tag(call), whole_file_id(query.file_id)
    if noun_of(await call.store.get(file_id), File) is None:
        raise not_found(f"The file {query.file_id[:200]}")
    found = EffectiveLabels(file_id, await labels_of_file(call, file_id))
    return Ready(msgspec.json.encode(found), headers={"etag": tag})


@routes.on("POST", "/api/labels/rename", body=Renaming, answer=Job, errors=("not_found",))
async def rename(call: Call, query: NoQuery) -> Ready:
    """Give a label another name, at every file and in every rule that has it."""
    asked = await call.body(Renaming)
    before, after = label_of("from", asked.before), label_of("to", asked.after)
    if before == after:
        raise invalid("to", "is the name that it has")
    if before not in await call.store.labels() and before not in await _rule_counts(call):
        raise not_found(f"The label {before[:200]}")
    return await start(call, "label_rename", {"from": before, "to": after}, rename_label(call.store))


async def _rule_counts(call: Call) -> Counter[str]:
    return Counter(label for _, rule in await rules_of(call.store) for label in set(rule.labels))
