"""`mosaicfs system reindex [NODE…]`: nodes look at all their files again; those that are offline do it later."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = (
    "mosaicfs system reindex",
    "mosaicfs system reindex laptop --path /home/ana/Documents",
    "mosaicfs system reindex --rebuild-derived --no-wait",
)


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.job_wait import add_waiting  # noqa: PLC0415 - its help needs none of this

    parser.add_argument("nodes", nargs="*", metavar="NODE", help="id or name; all without one")
    parser.add_argument("--path", help="only below this folder of the nodes")
    parser.add_argument("--rebuild-derived", action="store_true", help="also what is computed from documents")
    add_waiting(parser)
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.job_wait import follow  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    api, given = api_of(call), call.given
    nodes = [node_id_of(call, api, name) for name in given.nodes]
    body = {
        **({"node_ids": nodes} if nodes else {}),
        **({"path": given.path} if given.path else {}),
        **({"rebuild_derived": True} if given.rebuild_derived else {}),
    }
    if given.dry_run:
        print_rehearsal(call, f"Would index {', '.join(nodes) or 'every node'} again.", body)
        return 0
    return follow(call, api, api.post("/api/system/reindex", body))
