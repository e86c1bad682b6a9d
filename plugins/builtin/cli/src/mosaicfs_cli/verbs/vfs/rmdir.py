"""`mosaicfs vfs rmdir DIR`: a directory of the tree with its rules, never a file."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs vfs rmdir /work/2019", "mosaicfs vfs rmdir /work --force --yes")


def arguments(parser: Parser) -> None:
    parser.add_argument("dir", metavar="DIR", help="directory of the tree; the files that it shows stay where they are")
    parser.add_argument("--force", action="store_true", help="with all directories below it")
    add_changing(parser, asks=True)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.directories import counted, directories_below, with_options  # noqa: PLC0415 - as above
    from mosaicfs_cli.questions import confirm  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import directory_of, url_of  # noqa: PLC0415 - as above

    given, api = call.given, api_of(call)
    path = directory_of(call, given.dir)
    directory = api.get(url_of(path))
    lower = directories_below(api, path) if given.force or given.dry_run else []
    also = f" and {counted(len(lower))} below it" if lower else ""
    if given.dry_run:
        _refuse_what_cannot_go(call, path, directory.get("system") is True, len(lower))
        print_rehearsal(call, f"Would remove {path}{also}.", {"virtual_path": path, "below": lower})
        return 0
    if lower and not confirm(call, f"Remove {path}{also} with their rules, and no file?"):
        return 0
    with with_options("force=true", "--force"):
        answer = api.delete(url_of(path), [("force", "true")] if given.force else ())
    print_done(call, answer, f"Removed {path}{also}.")
    return 0


def _refuse_what_cannot_go(call: Call, path: str, is_system: bool, lower: int) -> None:
    from mosaicfs.errors import RefusedError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.directories import counted  # noqa: PLC0415 - as above

    if is_system:
        raise RefusedError("forbidden", f"“{path}” belongs to MosaicFS: it cannot be deleted, renamed or moved.")
    if lower and not call.given.force:
        raise RefusedError("conflict", f"“{path}” has {counted(lower)} below it. Add --force to remove them too.")
