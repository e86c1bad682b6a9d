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
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api = api_of(call)
    path = f"/api/nodes/{segment(node_id_of(call, api, call.given.node))}"
    if call.given.dry_run:
        print_rehearsal(call, f"Would call {call.given.node} “{call.given.name}”.", {"node": api.get(path)})
        return 0
    print_done(call, api.patch(path, {"friendly_name": call.given.name}), f"Its name is “{call.given.name}”.")
    return 0
