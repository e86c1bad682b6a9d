"""`mosaicfs nodes mounts list NODE`: the file systems of other nodes that a node has mounted."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs nodes mounts list laptop",)

_COLUMNS = ("mount_id", "remote_node_id", "remote_base_export_path", "local_mount_path", "mount_type", "priority")


def arguments(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="id or name")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_items  # noqa: PLC0415 - as above

    api = api_of(call)
    node = node_id_of(call, api, call.given.node)
    print_items(call, api.get(f"/api/nodes/{segment(node)}/mounts", [("limit", "500")]), _COLUMNS)
    return 0
