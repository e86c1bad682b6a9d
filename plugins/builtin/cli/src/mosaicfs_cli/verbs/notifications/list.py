"""`mosaicfs notifications list`: what needs somebody, the gravest first."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = (
    "mosaicfs notifications list",
    "mosaicfs notifications list --severity error",
    "mosaicfs notifications list --history --since 2026-01-01T00:00:00Z",
)

_COLUMNS = ("severity", "last_seen", "node_id", "title", "notification_id")


def arguments(parser: Parser) -> None:
    parser.add_argument("--severity", choices=("info", "warning", "error"), help="only those that are so grave")
    parser.add_argument("--history", action="store_true", help="those that are over or were acknowledged")
    parser.add_argument("--since", metavar="TIME", help="of the history: those seen since then")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - as above
    from mosaicfs_cli.moments import past  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_items  # noqa: PLC0415 - as above

    asked = [("limit", "500")]
    asked += [("severity", call.given.severity)] if call.given.severity else []
    if call.given.since:
        if not call.given.history:
            raise UsageError(call.verb, "--since goes with --history")
        asked.append(("since", past(call, call.given.since)))
    path = "/api/notifications/history" if call.given.history else "/api/notifications"
    print_items(call, api_of(call).get(path, asked), _COLUMNS)
    return 0
