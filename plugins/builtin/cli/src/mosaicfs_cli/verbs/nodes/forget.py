"""`mosaicfs nodes forget NODE`: the files of a node that is gone for good leave the index."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs nodes forget old-laptop",)


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.job_wait import add_waiting  # noqa: PLC0415 - its help needs none of this

    parser.add_argument("node", metavar="NODE", help="id or name of a node that is disabled")
    add_waiting(parser)
    add_changing(parser, asks=True)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.job_wait import follow  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_path  # noqa: PLC0415 - as above
    from mosaicfs_cli.questions import confirm  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    api = api_of(call)
    path = node_path(call, api)
    node = api.get(path)
    files = f"{count(node, 'file_count'):,} files"
    if call.given.dry_run:
        print_rehearsal(call, f"Would take {files} of {call.given.node} out of the index.", {"node": node})
        return 0
    if not confirm(call, f"Take {files} of {call.given.node} out of the index, with their labels?"):
        return 0
    return follow(call, api, api.delete(path, [("forget_files", "true")]))
