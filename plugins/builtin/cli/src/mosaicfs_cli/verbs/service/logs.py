"""`mosaicfs service logs`: what the service has written, as the journal or its log file has kept it."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser
from mosaicfs_cli.verbs.service import add_service, keeper_for

EXAMPLES = ("mosaicfs service logs", "mosaicfs service logs --follow --duty agent", "mosaicfs service logs --lines 20")


def arguments(parser: Parser) -> None:
    add_service(parser)
    parser.add_argument("-f", "--follow", action="store_true", help="go on with what is written from now on")
    parser.add_argument("--lines", type=int, default=100, metavar="N", help="how many lines to begin with (100)")


def run(call: Call) -> int:
    given = call.given
    keeper_for(call).show_logs(max(0, given.lines), follow=given.follow, as_json=call.json)
