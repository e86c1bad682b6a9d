"""`mosaicfs files list`: files by filters, as a table, as paths, or one JSON object a line."""

from __future__ import annotations

from mosaicfs_cli.filters import add_filters, add_paging, parameters
from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = (
    "mosaicfs files list --node laptop --sort -size",
    "mosaicfs files list --path-prefix ~/Documents --all -0 | xargs -0 ls -l",
    "mosaicfs files list --status deleted --json",
)


def arguments(parser: Parser) -> None:
    parser.add_argument("-0", "--null", action="store_true", help="only the paths, raw and each ended by NUL")
    add_paging(parser)
    add_filters(parser)
    add_asking(parser)


def run(call: Call) -> int:
    return show(call, "/api/files", parameters(call))


def show(call: Call, path: str, query: list[tuple[str, str]]) -> int:
    """The list of the call at `path`, in the form that was asked for."""
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.listing import Files, print_files, print_names, print_rest, print_stream  # noqa: PLC0415

    api = api_of(call)
    files = Files(api, path, query, None if call.given.all else call.given.limit)
    if call.json:
        print_stream(files)
    elif call.given.null:
        print_rest(print_names(files), files.total)
    else:
        print_rest(print_files(call, api, files, ("size", "modified", "node", "path")), files.total)
    return 0
