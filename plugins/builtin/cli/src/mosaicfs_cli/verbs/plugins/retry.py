"""`mosaicfs plugins retry NODE NAME`: put failed jobs back, and try a plugin again that was paused."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs plugins retry nas summary@work", "mosaicfs plugins retry nas summary@work --id 12 --id 17")


def arguments(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="name or id of the node that runs the plugin")
    parser.add_argument("name", metavar="NAME", help="whole name of the plugin, such as summary@work")
    parser.add_argument("--id", metavar="ID", type=int, action="append", help="only this job; may be repeated")
    add_changing(parser)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api, given = api_of(call), call.given
    path = f"/api/nodes/{segment(node_id_of(call, api, given.node))}/plugins/{segment(given.name)}/jobs"
    if given.dry_run:
        print_rehearsal(call, f"Would put failed jobs of {given.name} back.", api.get(path, [("status", "failed")]))
        return 0
    answer = api.post(f"{path}/retry", {"ids": given.id} if given.id else {})
    print_done(call, answer, f"{count(answer, 'requeued'):,} jobs of {given.name} wait again.")
    return 0
