"""`mosaicfs storage history NODE`: how full its disks were, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs storage history nas", "mosaicfs storage history nas --days 7 --json")

_STEPS = "▁▂▃▄▅▆▇█"


def arguments(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="id or name")
    parser.add_argument("--days", type=int, default=30, help="how far back, 1 to 90 (30)")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import Shown, api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, print_note, print_table  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - as above

    api = api_of(call)
    node = node_id_of(call, api, call.given.node)
    answer = api.get(f"/api/storage/{segment(node)}/history", [("days", str(call.given.days))])
    if call.json:
        print_json(answer)
        return 0
    shown = Shown(call)
    sums = [(text(each, "captured_at"), *_sums(each)) for each in items(answer)]
    rows = [(shown.time(time), shown.size(used), shown.size(capacity)) for time, used, capacity in sums]
    print_table(("time", "used", "capacity"), rows, with_header=not call.given.no_header, paint=shown.paint)
    if shown.is_for_people and sums:
        print_note(chart([used for _, used, _ in sums]))
    return 0


def _sums(snapshot: JsonObject) -> tuple[int, int]:
    """Of all its disks."""
    from mosaicfs_cli.reading import count, items  # noqa: PLC0415 - its help needs none of this

    disks = list(items(snapshot, "filesystems"))
    return sum(count(disk, "used_bytes") for disk in disks), sum(count(disk, "capacity_bytes") for disk in disks)


def chart(values: Sequence[int], width: int = 60) -> str:
    """From the least to the most, the newest at the right."""
    shown = [values[len(values) * at // width] for at in range(width)] if len(values) > width else list(values)
    least, most = min(shown), max(shown)
    return "".join(_STEPS[(value - least) * (len(_STEPS) - 1) // max(1, most - least)] for value in shown)
