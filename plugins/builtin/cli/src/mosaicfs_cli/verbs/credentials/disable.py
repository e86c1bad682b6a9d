"""`mosaicfs credentials disable KEY`: an access key stops working, at once, until it is enabled again."""

from __future__ import annotations

from mosaicfs_cli.access_keys import add_ended_key, end_key
from mosaicfs_cli.options import Call, Parser

EXAMPLES = ("mosaicfs credentials disable MOSAICFS_7F3A9B2C1D4E5F6A",)


def arguments(parser: Parser) -> None:
    add_ended_key(parser)


def run(call: Call) -> int:
    return end_key(
        call,
        "Would disable {key}.",
        "Disable {key}? Who uses it is refused from now on.",
        lambda api, target: api.patch(target, {"enabled": False}),
        "{key} is disabled.",
    )
