"""`mosaicfs system audit`: who logged in, joined, was refused, changed something; the newest first."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = (
    "mosaicfs system audit",
    "mosaicfs system audit --event login_failed --since 7d",
    "mosaicfs system audit --principal MOSAICFS_7F3A9B2C1D4E5F6A --json",
)

_COLUMNS = ("time", "event", "principal", "source", "target", "result")


def arguments(parser: Parser) -> None:
    parser.add_argument("--since", metavar="TIME", help="a time, a date, or how long ago: 7d")
    parser.add_argument("--event", help="only events of this name")
    parser.add_argument("--principal", help="only what this key, node or owner did")
    parser.add_argument("--limit", type=int, default=100, help="at most so many (100)")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.moments import past  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_items  # noqa: PLC0415 - as above

    given = call.given
    since = past(call, given.since) if given.since else None
    asked = [("limit", str(given.limit)), ("since", since), ("event", given.event), ("principal", given.principal)]
    query = [(name, value) for name, value in asked if value]
    print_items(call, api_of(call).get("/api/system/audit", query), _COLUMNS)
    return 0
