"""`mosaicfs labels rules list`: every rule, what it gives to which files, and to how many."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs labels rules list", "mosaicfs labels rules list --json")

COLUMNS = ("rule_id", "name", "labels", "node_id", "path_prefix", "enabled", "match_count")


def arguments(parser: Parser) -> None:
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.label_rules import RULES  # noqa: PLC0415 - as above
    from mosaicfs_cli.objects import all_objects  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_items  # noqa: PLC0415 - as above

    rules = list(all_objects(api_of(call), RULES))
    print_items(call, {"items": rules, "total": len(rules)}, COLUMNS)
    return 0
