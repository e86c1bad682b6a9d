"""`mosaicfs files stat`: all that is known of one file, named by its id, by a path, or as NODE:/path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

EXAMPLES = (
    "mosaicfs files stat ~/Documents/report.pdf",
    "mosaicfs files stat /documents/report.pdf",
    "mosaicfs files stat nas:/srv/media/film.mkv",
    "mosaicfs files stat file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f --json",
)


def arguments(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="an id, NODE:/path, a path of the tree or of this machine")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import file_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above

    api = api_of(call)
    found = file_of(call, api, call.given.file)
    file = api.get(f"/api/files/{segment(text(found, 'file_id'))}", [("include", "labels,paths,access")])
    if call.json:
        print_json(file)
    else:
        _print(call, file)
    return 0


def _print(call: Call, file: JsonObject) -> None:
    from mosaicfs_cli.asking import Shown  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_table  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import items, number, part, text, texts  # noqa: PLC0415 - as above
    from mosaicfs_cli.verbs.labels.effective import origin  # noqa: PLC0415 - as above

    shown = Shown(call)
    special = {
        "size": shown.size(number(file, "size")),
        "mtime": shown.time(text(file, "mtime")),
        "labels": ", ".join(f"{text(each, 'label')} ({origin(each)})" for each in items(file, "labels")) or "none",
        "access": shown.time(text(part(file, "access"), "last_access")) or "never",
        "paths": ", ".join(texts(file, "paths")) or "none",
    }
    source = part(file, "source")
    rows = [(name, special.get(name) or _plain(value)) for name, value in file.items() if name != "source"]
    rows += [(name, _plain(value)) for name, value in source.items()]
    print_table(("field", "value"), rows, with_header=not call.given.no_header, paint=shown.paint)


def _plain(value: object) -> str:
    import json  # noqa: PLC0415 - its help needs none of this

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
