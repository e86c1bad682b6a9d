"""`mosaicfs nodes list`: every machine, whether it is online, and how much it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.asking import Shown

EXAMPLES = ("mosaicfs nodes list", "mosaicfs nodes list --status offline", "mosaicfs nodes list --json")

HEADER = ("name", "status", "heartbeat", "files", "used", "node_id")


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "--status", choices=("online", "offline", "degraded", "disabled"), help="only those that are so"
    )
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import Shown, api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json, print_table  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import items  # noqa: PLC0415 - as above

    answer = api_of(call).get("/api/nodes", [("limit", "500"), *([("status", s)] if (s := call.given.status) else [])])
    if call.json:
        print_json(answer)
    else:
        shown = Shown(call)
        print_table(
            HEADER,
            [row(node, shown) for node in items(answer)],
            with_header=not call.given.no_header,
            paint=shown.paint,
        )
    return 0


def row(node: JsonObject, shown: Shown) -> tuple[str, ...]:
    from mosaicfs_cli.reading import count, text  # noqa: PLC0415 - its help needs none of this

    heartbeat = shown.time(text(node, "last_heartbeat"))
    files = f"{count(node, 'file_count'):,}" if shown.is_for_people else str(count(node, "file_count"))
    return text(node, "friendly_name"), text(node, "status"), heartbeat, files, _used(node), text(node, "node_id")


def _used(node: JsonObject) -> str:
    """Of all disks that it watches folders on, the fullest counts."""
    from mosaicfs_cli import showing  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.reading import count, items  # noqa: PLC0415 - as above

    disks = [(count(each, "used_bytes"), count(each, "capacity_bytes")) for each in items(node, "storage")]
    disks = [(used, capacity) for used, capacity in disks if capacity]
    if not disks:
        return ""
    used, capacity = max(disks, key=lambda disk: disk[0] / disk[1])
    return f"{100 * used // capacity} % of {showing.size(capacity)}"
