"""`mosaicfs jobs list`: long work, the newest first."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs jobs list", "mosaicfs jobs list --state running", "mosaicfs jobs list --kind reindex --json")

_COLUMNS = ("job_id", "kind", "state", "created_at", "finished_at", "created_by", "node_id")


def arguments(parser: Parser) -> None:
    parser.add_argument("--state", help="only those in this state, such as running or failed")
    parser.add_argument("--kind", help="only those of this kind, such as reindex")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.telling_facts import print_items  # noqa: PLC0415 - as above

    asked = [("state", call.given.state), ("kind", call.given.kind)]
    print_items(call, api_of(call).get("/api/jobs", [(name, value) for name, value in asked if value]), _COLUMNS)
    return 0
