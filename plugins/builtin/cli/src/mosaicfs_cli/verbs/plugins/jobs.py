"""`mosaicfs plugins jobs NODE NAME`: what waits for a plugin, is at work, or was over within the last day."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs plugins jobs nas summary@work", "mosaicfs plugins jobs nas summary@work --status failed")

COLUMNS = ("id", "event_type", "status", "attempts", "next_attempt", "file_id", "last_error")
STATES = ("pending", "in_flight", "failed", "acked")


def arguments(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="name or id of the node that runs the plugin")
    parser.add_argument("name", metavar="NAME", help="whole name of the plugin, such as summary@work")
    parser.add_argument("--status", choices=STATES, help="only jobs in this state")
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_items  # noqa: PLC0415 - as above

    api, given = api_of(call), call.given
    node = node_id_of(call, api, given.node)
    query = [("status", given.status)] if given.status else []
    print_items(call, api.get(f"/api/nodes/{segment(node)}/plugins/{segment(given.name)}/jobs", query), COLUMNS)
    return 0
