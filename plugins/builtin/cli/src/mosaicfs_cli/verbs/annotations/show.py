"""`mosaicfs annotations show FILE`: what plugins say of a file, by plugin."""

from __future__ import annotations

import json

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = (
    "mosaicfs annotations show ~/Documents/report.pdf",
    "mosaicfs annotations show nas:/srv/media/film.mkv --plugin media-metadata --json",
)

COLUMNS = ("plugin", "status", "annotated", "name", "value")


def arguments(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="an id, NODE:/path, a path of the tree or of this machine")
    parser.add_argument("--plugin", metavar="P", help="only what this plugin says, such as summary@work")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.naming import file_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, print_table  # noqa: PLC0415 - as above
    from mosaicfs_cli.painting import paint_for  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import part, text  # noqa: PLC0415 - as above

    api, plugin = api_of(call), call.given.plugin
    query = [
        ("file_id", text(file_of(call, api, call.given.file), "file_id")),
        *([("plugin", plugin)] if plugin else []),
    ]
    found = api.get("/api/annotations", query)
    if call.json:
        print_json(found)
        return 0
    rows = []
    for name in [plugin] if plugin else list(found):
        said = found if plugin else part(found, name)
        told = (name, text(said, "status"), text(said, "annotated_at"))
        facts = {"error": text(said, "error")} if text(said, "error") else part(said, "data")
        rows += [(*told, each, _plain(value)) for each, value in facts.items()] or [(*told, "", "")]
    print_table(COLUMNS, rows, with_header=not call.given.no_header, paint=paint_for(call))
    return 0


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
