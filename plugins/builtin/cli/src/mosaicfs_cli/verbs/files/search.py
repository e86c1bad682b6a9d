"""`mosaicfs files search`: one text or pattern, looked for in names as it is, without the language of `search`."""

from __future__ import annotations

from mosaicfs_cli.filters import SORTS, add_filters, add_paging, parameters
from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs files search report", "mosaicfs files search '*.tar.gz' --node nas --all -0")

_GLOB = "*?[{"


def arguments(parser: Parser) -> None:
    parser.add_argument("query", metavar="QUERY", help="a part of the name; with * ? [ or { a pattern for the whole")
    parser.add_argument("-0", "--null", action="store_true", help="only the paths, raw and each ended by NUL")
    add_paging(parser, ("relevance", *SORTS))
    add_filters(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.verbs.files.list import show  # noqa: PLC0415 - its help needs none of this

    query: str = call.given.query
    kind = "glob" if any(sign in query for sign in _GLOB) else "substring"
    return show(call, "/api/search", [("q", query), ("match", kind), *parameters(call)])
