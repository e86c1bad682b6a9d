"""`mosaicfs credentials list`: every access key, what it may do and when it was used."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs credentials list", "mosaicfs credentials list --json")

_COLUMNS = ("key_id", "name", "scope", "enabled", "created_at", "last_seen", "expires_at")


def arguments(parser: Parser) -> None:
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.telling_facts import print_items  # noqa: PLC0415 - as above

    print_items(call, api_of(call).get("/api/credentials", [("limit", "500")]), _COLUMNS)
    return 0
