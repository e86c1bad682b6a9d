"""`mosaicfs agent mark`: write the marker `.mosaicfs-folder` into a watched folder whose identity is weak."""

from __future__ import annotations

import os
import sys

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs agent mark /mnt/share", "mosaicfs agent mark ~/usb-disk --json")


def arguments(parser: Parser) -> None:
    parser.add_argument("path", metavar="PATH", help="the watched folder")
    add_changing(parser)
    add_asking(parser, of_agent=True)


def run(call: Call) -> int:
    from mosaicfs_cli.agent_socket import NAME, ask_agent  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.asking import runtime_dir  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal, watched  # noqa: PLC0415 - as above

    path = os.path.abspath(call.given.path)  # noqa: PTH100 - links stay as typed
    socket, timeout_s = runtime_dir(call) / NAME, call.given.timeout
    if call.given.dry_run:
        folder = watched(ask_agent(socket, "status", timeout_s=timeout_s), path, itself=True)
        print_rehearsal(
            call, f"Would write .mosaicfs-folder into {path}.", {"path": path, "state": folder.get("state")}
        )
        return 0
    answer = ask_agent(socket, "mark", timeout_s=timeout_s, path=path)
    if call.json:
        print_json(answer)
    elif not call.quiet:
        sys.stdout.write(printable(f"{path} is marked: it is known again by its file .mosaicfs-folder.") + "\n")
    return 0
