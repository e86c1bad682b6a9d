"""`mosaicfs search`: files of all nodes by their names, best first. Plugins that search contents answer here later."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.filters import SORTS, add_filters, add_paging, check_facets, parameters
from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api
    from mosaicfs_cli.listing import Files

EXAMPLES = (
    "mosaicfs search report",
    "mosaicfs search report --ext pdf --newer 30d",
    "mosaicfs search report --label work",
    "mosaicfs search 'IMG_*' --type image --facets node,year",
    "mosaicfs search --size-min 1G --sort -size --json",
    "mosaicfs search draft --names-only | xargs -d '\\n' ls -l",
)


def arguments(parser: Parser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORD", help="all must occur in the name; * and ? make a pattern")
    parser.add_argument("--facets", metavar="F,F", help="count by node, type, mime, ext, year, size, label")
    parser.add_argument("--names-only", action="store_true", help="only the paths, one a line")
    parser.add_argument("-0", "--null", action="store_true", help="only the paths, raw and each ended by NUL")
    add_paging(parser, ("relevance", *SORTS))
    add_filters(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.listing import Files, print_names, print_rest, print_stream  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above

    given, query = call.given, _query(call)
    api = api_of(call)
    files = Files(api, "/api/search", query, None if given.all else given.limit)
    if call.json and given.all:
        print_stream(files)
    elif call.json:
        print_json({"files": files.as_object(), "plugins": {"results": [], "omitted": []}})
    elif given.null:
        print_rest(print_names(files), files.total)
    elif given.names_only:
        print_rest(_print_paths(files), files.total)
    else:
        _print(call, api, files)
    return 0


def _query(call: Call) -> list[tuple[str, str]]:
    words = " ".join(call.given.words)
    asked = [("q", words)] if words else []
    asked += parameters(call)
    return [*asked, ("facets", check_facets(call, given))] if (given := call.given.facets) else asked


def _print(call: Call, api: Api, files: Files) -> None:
    from mosaicfs_cli.listing import print_files, print_rest  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import is_for_people  # noqa: PLC0415 - as above

    if is_for_people():
        _print_title(files)
    shown = print_files(call, api, files, ("name", "size", "modified", "node", "path"), "  " if is_for_people() else "")
    _print_facets(files.first)
    print_rest(shown, files.total)


def _print_title(files: Files) -> None:
    from mosaicfs_cli import showing  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import columns, printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import number, text  # noqa: PLC0415 - as above

    title = printable(text(files.first, "interpretation"))
    found = f"{showing.files(files.total or 0)}, {number(files.first, 'took_ms') or 0} ms"
    sys.stdout.write(f"{title}{found.rjust(max(columns() - len(title), len(found) + 2))}\n")


def _print_paths(files: Files) -> int:
    from mosaicfs_cli.listing import path_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import printable  # noqa: PLC0415 - as above

    count = 0
    for file in files:
        sys.stdout.write(printable(path_of(file)) + "\n")
        count += 1
    return count


def _print_facets(answer: JsonObject) -> None:
    from mosaicfs_cli.output import printable  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.reading import count, items, part  # noqa: PLC0415 - as above

    facets = part(answer, "facets")
    for name in facets:
        values = (f"{each.get('value')} {count(each, 'count'):,}" for each in items(facets, name))
        sys.stdout.write(printable(f"{name}: {', '.join(values)}") + "\n")
