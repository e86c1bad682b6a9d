"""`mosaicfs system info`: the instance: its id, its size, its store."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs system info", "mosaicfs system info --json")


def arguments(parser: Parser) -> None:
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.telling_facts import print_facts  # noqa: PLC0415 - as above

    print_facts(call, api_of(call).get("/api/system/info"))
    return 0
