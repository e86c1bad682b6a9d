"""`mosaicfs nodes rename NODE NAME`: what people call a node; its id stays."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs nodes rename node-nas Attic",)


def arguments(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="id or name")
    parser.add_argument("name", metavar="NAME", help="the new name")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_path  # noqa: PLC0415 - as above

    api, node, name = api_of(call), call.given.node, call.given.name
    path = node_path(call, api)
    return change(
        call,
        f"Would call {node} “{name}”.",
        lambda: {"node": api.get(path)},
        lambda: api.patch(path, {"friendly_name": name}),
        f"Its name is “{name}”.",
    )
