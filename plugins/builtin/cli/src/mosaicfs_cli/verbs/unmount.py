"""`mosaicfs unmount`: take the mount of the tree away; who still uses it ends first, for ten seconds."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_changing

EXAMPLES = ("mosaicfs unmount", "mosaicfs unmount ~/Tree --lazy")


def arguments(parser: Parser) -> None:
    parser.add_argument("mount.path", nargs="?", metavar="PATH", help="where it is mounted (MOSAICFS_MOUNT_PATH)")
    parser.add_argument("--lazy", action="store_true", help="at once, whoever uses it; they are cut off")
    add_changing(parser)


def run(call: Call) -> int:
    import sys  # noqa: PLC0415 - its help needs none of this

    from mosaicfs_cli.mounted import at_mount_point  # noqa: PLC0415 - as above
    from mosaicfs_cli.mounting import unmount  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, printable  # noqa: PLC0415 - as above

    configured, path = at_mount_point(call)
    if call.given.dry_run:
        from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

        print_rehearsal(call, f"Would unmount {path}.", {"path": str(path)})
        return 0
    unmount(configured.places.runtime_dir, path, lazily=call.given.lazy)
    if call.json:
        print_json({"path": str(path)})
    elif not call.quiet:
        sys.stdout.write(f"Unmounted {printable(str(path))}.\n")
    return 0
