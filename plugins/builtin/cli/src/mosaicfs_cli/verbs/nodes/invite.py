"""`mosaicfs nodes invite`: the two lines by which another machine joins."""

from __future__ import annotations

import sys

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = (
    "mosaicfs nodes invite",
    "mosaicfs nodes invite --expires 2h",
    "mosaicfs nodes invite --for laptop    # it comes back with new keys",
)


def arguments(parser: Parser) -> None:
    parser.add_argument("--expires", metavar="TIME", default="15m", help="how long the code is good (15m)")
    parser.add_argument("--for", dest="node", metavar="NODE", help="a node that comes back with new keys")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.moments import seconds  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    api, expires_s = api_of(call), seconds(call, call.given.expires)
    node = {"node_id": node_id_of(call, api, call.given.node)} if call.given.node else {}
    if call.given.dry_run:
        print_rehearsal(call, f"Would make a join code that is good for {expires_s} s.", {**node})
        return 0
    answer = api.post("/api/nodes/join-codes", {"expires_in_s": expires_s, **node})
    if call.json:
        print_json(answer)
        return 0
    again = " --rejoin" if node else ""
    sys.stdout.write(printable(f"mosaicfs join {text(answer, 'join_url')}{again}") + "\n")
    sys.stdout.write(
        printable(f"Code: {text(answer, 'code')}     until {text(answer, 'expires_at')}, good once") + "\n"
    )
    return 0
