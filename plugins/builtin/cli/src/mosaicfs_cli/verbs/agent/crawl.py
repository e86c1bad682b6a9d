"""`mosaicfs agent crawl`: have the agent of this machine look through its folders now."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs agent crawl", "mosaicfs agent crawl ~/Documents --now")


def arguments(parser: Parser) -> None:
    parser.add_argument("path", nargs="?", metavar="PATH", help="only this watched folder")
    parser.add_argument("--now", action="store_true", help="at full speed, without regard for others")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.agent_socket import NAME, ask_agent  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.asking import runtime_dir  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above

    given = call.given
    path = {"path": os.path.abspath(given.path)} if given.path else {}  # noqa: PTH100 - links stay as typed
    # It answers when it is done, which may take an hour. Ctrl-C leaves the crawl running.
    answer = ask_agent(runtime_dir(call) / NAME, "crawl", timeout_s=None, now=given.now, **path)
    if call.json:
        print_json(answer)
    elif not call.quiet:
        _print(answer)
    return 0


def _print(answer: JsonObject) -> None:
    from mosaicfs_cli import showing  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count, items, text  # noqa: PLC0415 - as above

    for crawl in items(answer, "crawls"):
        counts = ", ".join(f"{count(crawl, what):,} {what}" for what in ("new", "changed", "moved", "deleted", "held"))
        line = f"{text(crawl, 'watch_path')}: {showing.files(count(crawl, 'seen'))} seen, {counts}"
        sys.stdout.write(printable(line) + "\n")
