"""`mosaicfs vfs mv DIR NEW`: another path for a directory of the tree and for all below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs_cli.client import Api

EXAMPLES = ("mosaicfs vfs mv /work/taxes /archive/taxes", "mosaicfs vfs mv /work/taxes money")


def arguments(parser: Parser) -> None:
    parser.add_argument("dir", metavar="DIR", help="directory of the tree")
    parser.add_argument("new", metavar="NEW", help="its new path, or only a new name")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import directory_of, name_of, parent_of, url_of  # noqa: PLC0415 - as above

    path, api = directory_of(call, call.given.dir), api_of(call)
    new = _new_path(call, path)
    if call.given.dry_run:
        return _rehearse(call, api, path, new)
    change = {"name": name_of(new), "parent_path": parent_of(new)}
    same = {"name": name_of(path), "parent_path": parent_of(path)}
    answer = api.patch(url_of(path), {name: value for name, value in change.items() if value != same[name]})
    print_done(call, answer, text(answer, "virtual_path") or new)
    return 0


def _new_path(call: Call, path: str) -> str:
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.virtual_path import below, directory_of, parent_of  # noqa: PLC0415 - as above

    typed: str = call.given.new
    new = below(parent_of(path), typed) if "/" not in typed else directory_of(call, typed)
    if "/" in (path, new):
        raise UsageError(call.verb, "the root stays where it is")
    return new


def _rehearse(call: Call, api: Api, path: str, new: str) -> int:
    from mosaicfs.errors import RefusedError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.directories import counted, directories_below, refuse_taken  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import parent_of, url_of  # noqa: PLC0415 - as above

    api.get(url_of(path))
    if new.startswith(f"{path}/"):
        raise RefusedError("conflict", f"“{path}” cannot be moved to “{new}”, which lies below it.")
    if new != path:
        refuse_taken(api, new)
    api.get(url_of(parent_of(new)))
    lower = directories_below(api, path)
    also = f" with {counted(len(lower))} below it" if lower else ""
    print_rehearsal(call, f"Would move {path} to {new}{also}.", {"virtual_path": new, "below": lower})
    return 0
