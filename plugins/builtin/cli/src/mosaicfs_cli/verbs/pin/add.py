"""`mosaicfs pin add DIR`: keep files on a node, so that they can be read there without a network."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing
from mosaicfs_cli.pin_options import add_scope

EXAMPLES = (
    "mosaicfs pin add /documents/work",
    "mosaicfs pin add --label trip --node laptop --budget 40G --until 2026-09-01",
    "mosaicfs pin add --search 'type:audio age:<30d' --dry-run",
)


def arguments(parser: Parser) -> None:
    add_scope(parser)
    parser.add_argument("--until", metavar="WHEN", help="a date, a time, or from now: 14d")
    parser.add_argument("--name", help="what people call it (what it keeps)")
    parser.add_argument("--priority", type=int, metavar="N", help="a pin with a higher one is filled first (0)")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.pins import DRAFT, PINS, pin_of, summed  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api = api_of(call)
    pin = pin_of(call, api)
    preview = api.post(f"{PINS}/preview", {name: value for name, value in pin.items() if name in DRAFT})
    if call.given.dry_run:
        would = f"Would keep “{pin['name']}” on {pin['node_id']}: {summed(preview)}."
        print_rehearsal(call, would, {"pin": pin, "preview": preview})
        return 0
    answer = api.post(PINS, pin)
    print_done(call, answer, f"Added as {text(answer, 'pin_id')}: {summed(preview)}.")
    return 0
