"""`mosaicfs backends list`: storage backends, where they run and how they fare."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs backends list", "mosaicfs backends list --json")

COLUMNS = ("name", "backend", "mode", "hosting_node_id", "state", "files", "last_poll", "message")


def arguments(parser: Parser) -> None:
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.backend_fields import BACKENDS  # noqa: PLC0415 - as above
    from mosaicfs_cli.objects import all_objects  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import part  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_items  # noqa: PLC0415 - as above

    backends = list(all_objects(api_of(call), BACKENDS))
    if call.json:
        print_json({"items": backends, "total": len(backends)})
    else:
        told = [{**part(each, "live"), **{k: v for k, v in each.items() if k != "live"}} for each in backends]
        print_items(call, {"items": told}, COLUMNS)
    return 0
