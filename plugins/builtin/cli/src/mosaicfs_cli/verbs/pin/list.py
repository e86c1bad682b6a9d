"""`mosaicfs pin list`: what nodes keep offline, and how far each is."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs pin list", "mosaicfs pin list --json")

COLUMNS = ("pin_id", "name", "node_id", "keeps", "files", "kept_bytes", "budget_bytes", "state", "expires_at")


def arguments(parser: Parser) -> None:
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.objects import all_objects  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, print_note  # noqa: PLC0415 - as above
    from mosaicfs_cli.pins import PINS, what_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count, text, texts  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_items  # noqa: PLC0415 - as above

    pins = list(all_objects(api_of(call), PINS))
    if call.json:
        print_json({"items": pins, "total": len(pins)})
        return 0
    print_items(call, {"items": [{**pin, "keeps": what_of(pin)} for pin in pins]}, COLUMNS)
    for pin in pins:
        if named := texts(pin, "blocked"):
            more = count(pin, "blocked_files") - len(named)
            rest = f" and {more:,} more" if more > 0 else ""
            print_note(f"No room in the budget of “{text(pin, 'name')}” for {', '.join(named)}{rest}.")
    return 0
