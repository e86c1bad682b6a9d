"""`mosaicfs labels rm LABEL FILE…`: labels taken from files; those that rules give stay."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser
from mosaicfs_cli.verbs.labels import add

EXAMPLES = (
    "mosaicfs labels rm urgent ~/Documents/plan.pdf",
    "mosaicfs labels rm work,urgent --ext pdf",
)


def arguments(parser: Parser) -> None:
    add.arguments(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.labelled_files import label_files  # noqa: PLC0415 - as above

    return label_files(call, api_of(call), "remove")
