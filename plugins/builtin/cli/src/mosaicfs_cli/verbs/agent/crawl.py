"""`mosaicfs agent crawl`: have the agent of this machine look through its folders now."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs agent crawl", "mosaicfs agent crawl ~/Documents --now", "mosaicfs agent crawl --json --quiet")


def arguments(parser: Parser) -> None:
    parser.add_argument("path", nargs="?", metavar="PATH", help="only this watched folder")
    parser.add_argument("--now", action="store_true", help="at full speed, without regard for others")
    add_changing(parser)
    add_asking(parser, of_agent=True)


def run(call: Call) -> int:
    from mosaicfs_cli.agent_socket import NAME, ask_agent  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.asking import runtime_dir  # noqa: PLC0415 - as above
    from mosaicfs_cli.crawling import crawl  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above

    given, socket = call.given, runtime_dir(call) / NAME
    path = {"path": os.path.abspath(given.path)} if given.path else {}  # noqa: PTH100 - links stay as typed
    if given.dry_run:
        _rehearse(call, ask_agent(socket, "status", timeout_s=given.timeout), path.get("path", ""))
        return 0
    answer = crawl(call, socket, now=given.now, **path)
    if call.json:
        print_json(answer)
    elif not call.quiet:
        _print(answer)
    return 0


def _rehearse(call: Call, status: JsonObject, path: str) -> None:
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.rehearsing import print_rehearsal, watched  # noqa: PLC0415 - as above

    if path:
        watched(status, path)
    paths = [path] if path else [text(folder, "path") for folder in items(status, "watch_paths")]
    print_rehearsal(
        call, f"Would look through {', '.join(paths) or 'nothing: no folder is watched'}.", {"paths": paths}
    )


def _print(answer: JsonObject) -> None:
    from mosaicfs_cli import showing  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count, items, text  # noqa: PLC0415 - as above

    for crawl in items(answer, "crawls"):
        counts = ", ".join(f"{count(crawl, what):,} {what}" for what in ("new", "changed", "moved", "deleted", "held"))
        line = f"{text(crawl, 'watch_path')}: {showing.files(count(crawl, 'seen'))} seen, {counts}"
        sys.stdout.write(printable(line) + "\n")
