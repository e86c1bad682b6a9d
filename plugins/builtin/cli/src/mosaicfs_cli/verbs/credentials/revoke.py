"""`mosaicfs credentials revoke KEY`: an access key ends for good, at once and for whatever it has open."""

from __future__ import annotations

from mosaicfs_cli.access_keys import add_ended_key, end_key
from mosaicfs_cli.options import Call, Parser

EXAMPLES = ("mosaicfs credentials revoke MOSAICFS_7F3A9B2C1D4E5F6A",)


def arguments(parser: Parser) -> None:
    add_ended_key(parser)


def run(call: Call) -> int:
    return end_key(
        call,
        "Would revoke {key}.",
        "Revoke {key} for good?",
        lambda api, target: api.delete(target),
        "{key} is revoked.",
    )
