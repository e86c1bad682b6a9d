"""`mosaicfs nodes mounts add NODE`: tell that a node has a file system of another one mounted."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs nodes mounts add laptop --remote nas:/srv/media --local /mnt/media --type nfs --priority 10",)

TYPES = ("cifs", "nfs", "gdrive_local", "icloud_local", "onedrive_local", "other")


def arguments(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="id or name of the node that has it mounted")
    parser.add_argument("--remote", required=True, metavar="NODE:PATH", help="whose it is, and where it lies there")
    parser.add_argument("--local", dest="mounted_at", required=True, metavar="PATH", help="where it is mounted")
    parser.add_argument("--type", required=True, choices=TYPES, help="how it is mounted")
    parser.add_argument("--priority", type=int, default=0, help="the higher one is tried first (0)")
    add_changing(parser)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    remote, colon, path = call.given.remote.partition(":")
    if not (remote and colon and path.startswith("/")):
        raise UsageError(call.verb, f"--remote {call.given.remote} is not NODE:/PATH")
    api = api_of(call)
    node = node_id_of(call, api, call.given.node)
    body = {
        "remote_node_id": node_id_of(call, api, remote),
        "remote_base_export_path": path,
        "local_mount_path": call.given.mounted_at,
        "mount_type": call.given.type,
        "priority": call.given.priority,
    }
    if call.given.dry_run:
        print_rehearsal(call, f"Would add {call.given.remote} at {call.given.mounted_at} of {node}.", body)
        return 0
    answer = api.post(f"/api/nodes/{segment(node)}/mounts", body)
    print_done(call, answer, f"Added as {text(answer, 'mount_id')}.")
    return 0
