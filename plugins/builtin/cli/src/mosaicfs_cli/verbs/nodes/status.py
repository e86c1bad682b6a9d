"""`mosaicfs nodes status NODE`: what the agent of a node told last of its parts, its errors and its held deletions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs nodes status laptop", "mosaicfs nodes status node-nas --json")


def arguments(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="id or name")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.naming import node_path  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above

    api = api_of(call)
    answer = api.get(f"{node_path(call, api)}/status")
    if call.json:
        print_json(answer)
    else:
        _print(call, answer)
    return 0


def _print(call: Call, answer: JsonObject) -> None:
    from mosaicfs_cli.asking import Shown  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_table, printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import items, part, text  # noqa: PLC0415 - as above

    shown, subsystems = Shown(call), part(answer, "subsystems")
    parts = {name: part(subsystems, name) for name in subsystems}
    rows = [
        (name, text(each, "status"), shown.time(text(each, "since")), text(each, "message"))
        for name, each in parts.items()
    ]
    print_table(("part", "status", "since", "message"), rows, with_header=not call.given.no_header, paint=shown.paint)
    for hold in items(parts.get("crawler", {}), "holds"):
        sys.stdout.write(
            printable(f"held: {hold.get('missing')} of {hold.get('known')} files missing in {text(hold, 'path')}; ")
            + printable(f"confirm with: mosaicfs agent holds confirm {text(hold, 'hold_id')}")
            + "\n"
        )
    for error in items(answer, "recent_errors"):
        sys.stdout.write(
            printable(f"{shown.time(text(error, 'time'))}  {text(error, 'subsystem')}: {text(error, 'message')}") + "\n"
        )
