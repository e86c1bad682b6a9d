"""`mosaicfs storage overview`: how full the disks of every node are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs storage overview", "mosaicfs storage overview --json")

_WIDTH = 20


def arguments(parser: Parser) -> None:
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import Shown, api_of, node_names  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json, print_table  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import items, number, text  # noqa: PLC0415 - as above

    api = api_of(call)
    answer = api.get("/api/storage")
    if call.json:
        print_json(answer)
        return 0
    shown, names = Shown(call), node_names(api.objects("/api/nodes", [("limit", "500")]))
    rows = [
        (
            names.get(text(node, "node_id"), text(node, "node_id")),
            bar(node, is_drawn=shown.is_for_people),
            shown.size(number(node, "used_bytes")),
            shown.size(number(node, "capacity_bytes")),
            shown.size(number(node, "available_bytes")),
        )
        for node in items(answer, "nodes")
    ]
    header = ("node", "full", "used", "capacity", "available")
    print_table(header, rows, with_header=not call.given.no_header, paint=shown.paint)
    return 0


def bar(disk: JsonObject, *, is_drawn: bool) -> str:
    from mosaicfs_cli.reading import count  # noqa: PLC0415 - its help needs none of this

    capacity = count(disk, "capacity_bytes")
    if not capacity:
        return ""
    percent = 100 * count(disk, "used_bytes") // capacity
    full = min(_WIDTH, _WIDTH * percent // 100)
    return f"{'█' * full}{'░' * (_WIDTH - full)} {percent} %" if is_drawn else f"{percent} %"
