"""`mosaicfs labels effective FILE`: the labels of a file, and where each comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs labels effective ~/Documents/plan.pdf",)


def arguments(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="an id, NODE:/path, a path of the tree or of this machine")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.naming import file_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, print_table  # noqa: PLC0415 - as above
    from mosaicfs_cli.painting import paint_for  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - as above

    api = api_of(call)
    file_id = text(file_of(call, api, call.given.file), "file_id")
    answer = api.get("/api/labels/effective", [("file_id", file_id)])
    if call.json:
        print_json(answer)
        return 0
    rows = [(text(each, "label"), origin(each)) for each in items(answer, "labels")]
    print_table(("label", "origin"), rows, with_header=not call.given.no_header, paint=paint_for(call))
    return 0


def origin(given: JsonObject) -> str:
    """`rule “Work documents”`, `set by MOSAICFS_7F3A9B2C1D4E5F6A`."""
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - its help needs none of this

    if text(given, "source") == "rule":
        return f"rule “{text(given, 'rule_name') or text(given, 'rule_id')}”"
    by = text(given, "updated_by")
    return f"set by {by}" if by else "set by hand"
