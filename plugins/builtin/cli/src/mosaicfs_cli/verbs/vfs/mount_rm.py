"""`mosaicfs vfs mount-rm DIR MOUNT_ID`: a directory without one of its sources."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs vfs mount-rm /work a3f90b17",)


def arguments(parser: Parser) -> None:
    parser.add_argument("dir", metavar="DIR", help="directory of the tree")
    parser.add_argument("mount_id", metavar="MOUNT_ID", help="its id, as in: mosaicfs vfs show DIR")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.errors import NotFoundError  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import directory_of, url_of  # noqa: PLC0415 - as above

    api, mount = api_of(call), call.given.mount_id
    path = directory_of(call, call.given.dir)
    directory = api.get(url_of(path))
    if all(text(each, "mount_id") != mount for each in items(directory, "mounts")):
        raise NotFoundError(f"The mount {mount} of {path}", f"See: mosaicfs vfs show {path}")
    if call.given.dry_run:
        print_rehearsal(call, f"Would remove the mount {mount} of {path}.", {"mount_id": mount})
        return 0
    answer = api.patch(url_of(path), {"mount_ops": [{"op": "remove", "mount_id": mount}]})
    print_done(call, answer, f"Removed the mount {mount} of {path}. Files are not touched.")
    return 0
