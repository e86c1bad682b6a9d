"""`mosaicfs plugins available NODE`: what a node has found on its machine, whether or not it is set up."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs plugins available nas",)

COLUMNS = ("name", "kind", "version", "standing", "configured", "title", "reason")


def arguments(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="name or id of the node")
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.plugin_fields import plugins_path  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_items  # noqa: PLC0415 - as above

    api = api_of(call)
    print_items(call, api.get(f"{plugins_path(call, api)}/available", [("limit", "500")]), COLUMNS)
    return 0
