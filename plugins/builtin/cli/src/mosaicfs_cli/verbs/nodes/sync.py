"""`mosaicfs nodes sync NODE`: a node looks at its sources now, and not when it would by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs nodes sync laptop", "mosaicfs nodes sync node-nas --no-wait")


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.job_wait import add_waiting  # noqa: PLC0415 - its help needs none of this

    parser.add_argument("node", metavar="NODE", help="id or name")
    add_waiting(parser)
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.job_wait import follow  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_path  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    api, node = api_of(call), call.given.node
    path = node_path(call, api)
    if call.given.dry_run:
        print_rehearsal(call, f"Would let {node} look at its sources.", {"node": api.get(path)})
        return 0
    return follow(call, api, api.post(f"{path}/sync"), _told)


def _told(job: JsonObject) -> str:
    from mosaicfs_cli.reading import count, items, part  # noqa: PLC0415 - as above

    crawls = list(items(part(job, "result"), "crawls"))
    names = ("seen", "new", "changed", "moved", "deleted")
    seen, *found = (sum(count(each, name) for each in crawls) for name in names)
    changes = ", ".join(f"{number:,} {name}" for name, number in zip(names[1:], found, strict=True) if number)
    return f"{seen:,} files in {len(crawls):,} folders: {changes or 'nothing has changed'}."
