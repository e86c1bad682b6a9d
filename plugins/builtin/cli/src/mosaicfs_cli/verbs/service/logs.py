"""`mosaicfs service logs`: what the service has written, as the journal has kept it."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser
from mosaicfs_cli.verbs.service import add_service

EXAMPLES = ("mosaicfs service logs", "mosaicfs service logs --follow --duty agent", "mosaicfs service logs --lines 20")


def arguments(parser: Parser) -> None:
    add_service(parser)
    parser.add_argument("-f", "--follow", action="store_true", help="go on with what is written from now on")
    parser.add_argument("--lines", type=int, default=100, metavar="N", help="how many lines to begin with (100)")


def run(call: Call) -> int:
    from mosaicfs_cli.units.systemd import Systemd  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.units.unit import unit_name  # noqa: PLC0415 - as above

    given = call.given
    follow = ["--follow"] if given.follow else []
    form = ["--output=json"] if call.json else []
    Systemd(given.duty, call.environment, is_system=given.system).logs(
        unit_name(given.duty), f"--lines={max(0, given.lines)}", "--no-pager", *follow, *form
    )
