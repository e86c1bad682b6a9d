"""`mosaicfs vfs mkdir DIR`: an empty directory of the tree, for rules to fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs_cli.client import Api

EXAMPLES = ("mosaicfs vfs mkdir /work", "mosaicfs vfs mkdir -p /work/2026/taxes")


def arguments(parser: Parser) -> None:
    parser.add_argument("dir", metavar="DIR", help="path of the new directory in the tree")
    parser.add_argument("-p", "--parents", action="store_true", help="make the directories above it too")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.directories import with_options  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import DIRECTORIES, directory_of  # noqa: PLC0415 - as above

    path, api = directory_of(call, call.given.dir), api_of(call)
    if call.given.dry_run:
        _check(call, api, path)
        print_rehearsal(call, f"Would make {path}.", {"virtual_path": path})
        return 0
    with with_options("parents=true", "-p"):
        answer = api.post(DIRECTORIES, {"virtual_path": path}, [("parents", "true")] if call.given.parents else ())
    print_done(call, answer, text(answer, "virtual_path") or path)
    return 0


def _check(call: Call, api: Api, path: str) -> None:
    """That it does not exist, may be called so, and has a parent; the preview of a new directory looks at these."""
    from mosaicfs.errors import RefusedError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.directories import refuse_taken  # noqa: PLC0415 - as above
    from mosaicfs_cli.drafts import previewed  # noqa: PLC0415 - as above

    refuse_taken(api, path)
    try:
        previewed(api, path, {})
    except RefusedError as error:
        if error.code != "not_found" or not call.given.parents:
            raise
