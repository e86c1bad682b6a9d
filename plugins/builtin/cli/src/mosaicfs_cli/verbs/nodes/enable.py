"""`mosaicfs nodes enable NODE`: a node that was disabled takes part again."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs nodes enable laptop",)


def arguments(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="id or name")
    add_changing(parser, asks=False)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_path  # noqa: PLC0415 - as above

    api, node = api_of(call), call.given.node
    path = node_path(call, api)
    return change(
        call,
        f"Would enable {node}.",
        lambda: {"node": api.get(path)},
        lambda: api.post(f"{path}/enable"),
        f"{node} is enabled.",
    )
