"""`mosaicfs labels rules rm RULE`: an end to a rule; its labels leave the files, those given by hand stay."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs labels rules rm 'Work documents'",)


def arguments(parser: Parser) -> None:
    parser.add_argument("rule", metavar="RULE", help="id or name of the rule")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.label_rules import RULES, rule_of, shown  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above

    api = api_of(call)
    rule = rule_of(call, api, call.given.rule)
    return change(
        call,
        f"Would remove the rule {shown(rule)}.",
        lambda: {"rule": rule},
        lambda: api.delete(f"{RULES}/{segment(text(rule, 'rule_id'))}"),
        f"Removed the rule {shown(rule)}.",
    )
