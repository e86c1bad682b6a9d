"""`mosaicfs labels rename A B`: another name for a label, at every file and in every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api

EXAMPLES = ("mosaicfs labels rename taxes finance",)


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.job_wait import add_waiting  # noqa: PLC0415 - its help needs none of this

    parser.add_argument("label", metavar="LABEL", help="the label as it is")
    parser.add_argument("new", metavar="NEW", help="as it is to be; one that is in use becomes the same")
    add_waiting(parser)
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.job_wait import follow  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    api, before, after = api_of(call), call.given.label, call.given.new
    if call.given.dry_run:
        used = _used(api, before)
        print_rehearsal(call, f"Would rename {before} to {after}: {_amount(used)}.", {"label": used})
        return 0
    job = api.post("/api/labels/rename", {"from": before, "to": after})
    return follow(call, api, job, lambda ended: _renamed(ended, after))


def _used(api: Api, label: str) -> JsonObject:
    from mosaicfs_cli.errors import NotFoundError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - as above

    answer = api.get("/api/labels", [("prefix", label), ("limit", "1")])  # by name, so the label itself comes first
    for each in items(answer):
        if text(each, "label") == label:
            return each
    raise NotFoundError(f"The label {label}", "See: mosaicfs labels list")


def _amount(used: JsonObject) -> str:
    from mosaicfs_cli.reading import count  # noqa: PLC0415 - its help needs none of this

    return _places(count(used, "assignment_count"), count(used, "rule_count"))


def _renamed(job: JsonObject, after: str) -> str:
    from mosaicfs_cli.reading import count, part  # noqa: PLC0415 - its help needs none of this

    result = part(job, "result")
    return f"{after} now: {_places(count(result, 'files'), count(result, 'rules'))}"


def _places(files: int, rules: int) -> str:
    from mosaicfs_cli import showing  # noqa: PLC0415 - its help needs none of this

    return f"{showing.files(files)}, {rules:,} {'rule' if rules == 1 else 'rules'}"
