"""`mosaicfs labels rules disable RULE`: a rule gives no labels, until it is enabled again."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs labels rules disable 'Work documents'",)


def arguments(parser: Parser) -> None:
    parser.add_argument("rule", metavar="RULE", help="id or name of the rule")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.label_rules import turn  # noqa: PLC0415 - as above

    return turn(call, api_of(call), on=False)
