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
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api = api_of(call)
    path = f"/api/nodes/{segment(node_id_of(call, api, call.given.node))}"
    if call.given.dry_run:
        print_rehearsal(call, f"Would enable {call.given.node}.", {"node": api.get(path)})
        return 0
    print_done(call, api.post(f"{path}/enable"), f"{call.given.node} is enabled.")
    return 0
