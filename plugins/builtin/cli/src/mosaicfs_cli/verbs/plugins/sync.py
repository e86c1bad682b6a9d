"""`mosaicfs plugins sync NODE NAME`: ask a plugin about every file whose facts are not current."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs plugins sync nas summary@work", "mosaicfs plugins sync nas checksum --force --no-wait")


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.job_wait import add_waiting  # noqa: PLC0415 - its help needs none of this

    parser.add_argument("node", metavar="NODE", help="name or id of the node that runs the plugin")
    parser.add_argument("name", metavar="NAME", help="whole name of the plugin, such as summary@work")
    parser.add_argument("--force", action="store_true", help="also about files whose facts are current")
    add_waiting(parser)
    add_changing(parser)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.job_wait import follow  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    api, given = api_of(call), call.given
    node = node_id_of(call, api, given.node)
    if given.dry_run:
        print_rehearsal(call, f"Would sync {given.name} on {node}.", {"request": {"force": given.force}})
        return 0
    job = api.post(f"/api/nodes/{segment(node)}/plugins/{segment(given.name)}/sync", {"force": given.force})
    return follow(call, api, job, _told)


def _told(job: JsonObject) -> str:
    from mosaicfs_cli.reading import count, part  # noqa: PLC0415 - its help needs none of this

    plugins = part(part(job, "result"), "plugins")
    ends = [part(plugins, name) for name in plugins]
    processed, failed = sum(count(end, "processed") for end in ends), sum(count(end, "failed") for end in ends)
    return f"{processed:,} files were looked at" + (f", {failed:,} failed." if failed else ".")
