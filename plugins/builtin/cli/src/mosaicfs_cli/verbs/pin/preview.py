"""`mosaicfs pin preview DIR`: what keeping something would mean, without keeping it."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking
from mosaicfs_cli.pin_options import add_scope

EXAMPLES = ("mosaicfs pin preview /documents/work --budget 2G", "mosaicfs pin preview --label trip --node laptop")


def arguments(parser: Parser) -> None:
    add_scope(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.pins import PINS, draft_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_facts  # noqa: PLC0415 - as above

    api = api_of(call)
    print_facts(call, api.post(f"{PINS}/preview", draft_of(call, api)))
    return 0
