"""`mosaicfs annotations refresh FILE`: ask plugins at once what they make of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs annotations refresh ~/Documents/report.pdf --plugin summary",)


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.job_wait import add_waiting  # noqa: PLC0415 - its help needs none of this

    parser.add_argument("file", metavar="FILE", help="an id, NODE:/path, a path of the tree or of this machine")
    parser.add_argument("--plugin", metavar="P", help="only this plugin, such as summary@work")
    add_waiting(parser)
    add_changing(parser)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.job_wait import follow  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import file_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    api = api_of(call)
    body = {"file_id": text(file_of(call, api, call.given.file), "file_id")}
    body |= {"plugin": call.given.plugin} if call.given.plugin else {}
    if call.given.dry_run:
        print_rehearsal(call, f"Would ask plugins about {call.given.file}.", {"request": body})
        return 0
    return follow(call, api, api.post("/api/annotations/refresh", body), _told)


def _told(job: JsonObject) -> str:
    from mosaicfs_cli.reading import count, part  # noqa: PLC0415 - its help needs none of this

    return f"{count(part(job, 'result'), 'queued')} jobs wait for their plugins."
