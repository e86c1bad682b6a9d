"""`mosaicfs mount`: the tree as a file system of this machine, in the background or in the foreground.

In the background the same command runs in a session of its own; we come back when the tree answers there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_changing

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs import Configured

EXAMPLES = ("mosaicfs mount", "mosaicfs mount ~/Tree -o allow_other,read_ahead_kb=4096", "mosaicfs mount --foreground")


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "mount.path", nargs="?", metavar="PATH", help="an empty directory (MosaicFS in the home; MOSAICFS_MOUNT_PATH)"
    )
    parser.add_argument(
        "-o",
        "--options",
        dest="mount.options",
        metavar="OPTIONS",
        help="options of the mount, separated by commas (MOSAICFS_MOUNT_OPTIONS)",
    )
    parser.add_argument("--foreground", action="store_true", help="stay until it is unmounted or told to stop")
    add_changing(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.mounted import at_mount_point, mount_at  # noqa: PLC0415 - its help needs none of this

    configured, path = at_mount_point(call)
    found = mount_at(path)
    if found is not None and found.is_ours and found.answers():
        return _tell(call, path, found.pid(configured.places.runtime_dir), is_new=False)
    if call.given.dry_run:
        from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

        print_rehearsal(call, f"Would mount the tree at {path}.", {"path": str(path)})
        return 0
    if call.given.foreground:
        return _stay(call, configured, path)
    from mosaicfs_cli.mounting import mount_in_background  # noqa: PLC0415 - as above

    return _tell(call, path, mount_in_background(call, configured, path), is_new=True)


def _stay(call: Call, configured: Configured, path: Path) -> int:
    from mosaicfs_cli.foreground import run_in_foreground  # noqa: PLC0415 - as above
    from mosaicfs_cli.lock import held  # noqa: PLC0415 - as above
    from mosaicfs_cli.mounted import lock_of, make_mount_point  # noqa: PLC0415 - as above

    if "mount.path" not in configured.settings.given:
        make_mount_point(configured)
    configured.places.make()
    lock = lock_of(configured.places.runtime_dir, path)
    with held(lock) as ours:
        ours.note({"path": str(path)})
        return run_in_foreground(call, "mount", configured)


def _tell(call: Call, path: Path, pid: int, *, is_new: bool) -> int:
    import sys  # noqa: PLC0415 - its help needs none of this

    from mosaicfs_cli.output import print_json, print_note, printable  # noqa: PLC0415 - as above

    if call.json:
        print_json({"path": str(path), "pid": pid})
    elif not is_new:
        print_note(f"The tree is mounted at {path} already, pid {pid}.")
    elif not call.quiet:
        sys.stdout.write(f"Mounted at {printable(str(path))}, pid {pid}. Stop it with: mosaicfs unmount\n")
    return 0
