"""`mosaicfs plugins show NODE NAME`: how a plugin is set up on a node, and how it fares; secrets only as being set."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs plugins show nas webhook", "mosaicfs plugins show nas webhook --json")


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.plugin_fields import add_place  # noqa: PLC0415 - only this verb needs it

    add_place(parser)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.plugin_fields import plugin_path  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_facts  # noqa: PLC0415 - as above

    api = api_of(call)
    found = api.get(plugin_path(call, api))
    print_facts(call, found if call.json else {k: v for k, v in found.items() if k != "settings_schema"})
    return 0
