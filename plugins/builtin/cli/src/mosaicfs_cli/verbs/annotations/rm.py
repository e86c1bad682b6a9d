"""`mosaicfs annotations rm FILE`: take away what plugins say of a file, until they are asked again."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs annotations rm ~/Documents/report.pdf --plugin summary",)


def arguments(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="an id, NODE:/path, a path of the tree or of this machine")
    parser.add_argument("--plugin", metavar="P", help="only what this plugin says, such as summary@work")
    add_changing(parser)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import file_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above

    api, plugin = api_of(call), call.given.plugin
    query = [("file_id", text(file_of(call, api, call.given.file), "file_id"))]
    query += [("plugin", plugin)] if plugin else []
    who = plugin or "plugins"
    return change(
        call,
        f"Would take away what {who} said.",
        lambda: {"annotations": api.get("/api/annotations", query)},
        lambda: api.delete("/api/annotations", query),
        f"What {who} said is taken away.",
    )
