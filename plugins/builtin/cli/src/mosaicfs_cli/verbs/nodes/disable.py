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
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.questions import confirm  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api = api_of(call)
    path = f"/api/nodes/{segment(node_id_of(call, api, call.given.node))}"
    if call.given.dry_run:
        print_rehearsal(call, f"Would disable {call.given.node}.", {"node": api.get(path)})
        return 0
    if not confirm(
        call, f"Disable {call.given.node}? It can no longer replicate, send bytes or report; its files stay listed."
    ):
        return 0
    print_done(call, api.delete(path), f"{call.given.node} is disabled.")
    return 0
