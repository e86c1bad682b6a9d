"""`mosaicfs nodes mounts rm NODE MOUNT`: a mount that is no more."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs nodes mounts rm laptop 0f3c2d1e",)


def arguments(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="id or name")
    parser.add_argument("mount_id", metavar="MOUNT", help="its id, as in: mosaicfs nodes mounts list NODE")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.errors import NotFoundError  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_path  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api, mount = api_of(call), call.given.mount_id
    path = f"{node_path(call, api)}/mounts"
    if call.given.dry_run:
        there = [each for each in items(api.get(path, [("limit", "500")])) if text(each, "mount_id") == mount]
        if not there:
            raise NotFoundError(f"The mount {mount} of {call.given.node}")
        print_rehearsal(call, f"Would remove {mount} of {call.given.node}.", there[0])
        return 0
    print_done(call, api.delete(f"{path}/{segment(mount)}"), f"{mount} is removed.")
    return 0
