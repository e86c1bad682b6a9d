"""`mosaicfs agent accept`: a watched folder lies on another disk now and is the same one all the same."""

from __future__ import annotations

import os
import sys

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs agent accept ~/Documents", "mosaicfs agent accept /mnt/new-disk --json")


def arguments(parser: Parser) -> None:
    parser.add_argument("path", metavar="PATH", help="the watched folder")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.agent_socket import NAME, ask_agent  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.asking import runtime_dir  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, printable  # noqa: PLC0415 - as above

    path = os.path.abspath(call.given.path)  # noqa: PTH100 - links stay as typed
    answer = ask_agent(runtime_dir(call) / NAME, "accept", timeout_s=call.given.timeout, path=path)
    if call.json:
        print_json(answer)
    elif not call.quiet:
        sys.stdout.write(printable(f"{path} is taken as the same folder.") + "\n")
    return 0
