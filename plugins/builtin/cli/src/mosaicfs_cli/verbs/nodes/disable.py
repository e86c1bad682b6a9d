"""`mosaicfs nodes disable NODE`: its keys are refused at once; its documents and files stay."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs nodes disable laptop",)


def arguments(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="id or name")
    add_changing(parser, asks=True)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_path  # noqa: PLC0415 - as above

    api, node = api_of(call), call.given.node
    path = node_path(call, api)
    return change(
        call,
        f"Would disable {node}.",
        lambda: {"node": api.get(path)},
        lambda: api.delete(path),
        f"{node} is disabled.",
        question=f"Disable {node}? It can no longer replicate, send bytes or report; its files stay listed.",
    )
