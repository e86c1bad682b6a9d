"""`mosaicfs events`: what happens in the instance, a line each, until Ctrl-C."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api

EXAMPLES = (
    "mosaicfs events",
    "mosaicfs events --types files.changed,job.changed --node laptop",
    "mosaicfs events --since 1042 --json",
)

WAIT_S = 30


def arguments(parser: Parser) -> None:
    parser.add_argument("--since", type=int, metavar="N", help="what came after the event of this number")
    parser.add_argument("--types", metavar="T,…", help="only these types")
    parser.add_argument("--node", help="only those of this node; id or name")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import Shown, api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above

    api, shown = api_of(call), Shown(call)
    asked = [("types", call.given.types)] if call.given.types else []
    asked += [("node_id", node_id_of(call, api, call.given.node))] if call.given.node else []
    for event in _events(api, asked, call.given.since):
        if call.json:
            print_json(event)
            continue
        data = json.dumps(event.get("data", {}), ensure_ascii=False)
        cells = (shown.time(text(event, "time")), text(event, "type"), text(event, "node_id"), data)
        sys.stdout.write("\t".join(map(printable, cells)) + "\n")
        sys.stdout.flush()
    return 0


def _events(api: Api, asked: list[tuple[str, str]], since: int | None) -> Iterator[JsonObject]:
    """Each once, in order. Without a number it begins with what happens next."""
    from mosaicfs_cli.reading import items, number  # noqa: PLC0415 - its help needs none of this

    while True:
        after = [("since", str(since))] if since is not None else []
        page = api.get("/api/events", [*asked, *after, ("timeout_s", str(WAIT_S))], more_s=WAIT_S)
        yield from items(page)
        since = number(page, "last") if number(page, "last") is not None else since
