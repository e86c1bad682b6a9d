"""`mosaicfs plugins test NODE NAME`: how a plugin fares; a channel sends a test message."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs plugins test nas ntfy@phone",)

COLUMNS = ("standing", "installed", "settings_ok", "delivered", "last_error")


def arguments(parser: Parser) -> None:
    parser.add_argument("node", metavar="NODE", help="name or id of the node that runs the plugin")
    parser.add_argument("name", metavar="NAME", help="whole name of the plugin, such as ntfy@phone")
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_items  # noqa: PLC0415 - as above

    api = api_of(call)
    node = node_id_of(call, api, call.given.node)
    answer = api.post(f"/api/nodes/{segment(node)}/plugins/{segment(call.given.name)}/check")
    print_items(call, {**answer, "items": [answer]} if not call.json else answer, COLUMNS)
    return 0 if answer.get("standing") == "ready" and answer.get("delivered") is not False else 1
