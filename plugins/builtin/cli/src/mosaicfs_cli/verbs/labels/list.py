"""`mosaicfs labels list`: every label that something names, and how many files and rules do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.filters import LIMIT, positive
from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api

EXAMPLES = ("mosaicfs labels list", "mosaicfs labels list --prefix proj/ --all")


def arguments(parser: Parser) -> None:
    parser.add_argument("--prefix", metavar="TEXT", help="only those that begin with it; case counts")
    parser.add_argument("--limit", type=positive, default=LIMIT, metavar="N", help=f"most labels to show ({LIMIT})")
    parser.add_argument("--all", action="store_true", help="every label, however many")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import Shown, api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.listing import print_rest  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, print_table  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count, items, number, text  # noqa: PLC0415 - as above

    pages = list(_pages(call, api_of(call)))
    found, total = [label for page in pages for label in items(page)], number(pages[0], "total")
    if call.json and call.given.all:
        for each in found:
            print_json(each)
        print_json({"end": True, "shown": len(found), "total": total})
    elif call.json:
        print_json({**pages[0], "items": found})
    else:
        rows = [
            (text(each, "label"), str(count(each, "assignment_count")), str(count(each, "rule_count")))
            for each in found
        ]
        with_header = not call.given.no_header
        print_table(("label", "files", "rules"), rows, with_header=with_header, paint=Shown(call).paint)
        print_rest(len(found), total)
    return 0


def _pages(call: Call, api: Api) -> Iterator[JsonObject]:
    """As many as were asked for; labels have places in their list and no cursor."""
    from mosaicfs_cli.client import PAGE  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.reading import count, items  # noqa: PLC0415 - as above

    given, at = call.given, 0
    narrowed = [("prefix", given.prefix)] if given.prefix else []
    while True:
        limit = PAGE if given.all else min(PAGE, given.limit - at)
        page = api.get("/api/labels", [*narrowed, ("limit", str(limit)), *([("offset", str(at))] if at else [])])
        yield page
        here = sum(1 for _ in items(page))
        at += here
        if not here or at >= count(page, "total") or (not given.all and at >= given.limit):
            return
