"""`mosaicfs credentials disable KEY`: an access key stops working, at once, until it is enabled again."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs credentials disable MOSAICFS_7F3A9B2C1D4E5F6A",)


def arguments(parser: Parser) -> None:
    parser.add_argument("key_id", metavar="KEY", help="its id, as in: mosaicfs credentials list")
    parser.add_argument("--force", action="store_true", help="also the key that this command signs with")
    add_changing(parser, asks=True)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.client import segment, targeted  # noqa: PLC0415 - as above

    api, key = api_of(call), call.given.key_id
    path = f"/api/credentials/{segment(key)}"
    forced = [("force", "true")] if call.given.force else []
    return change(
        call,
        f"Would disable {key}.",
        lambda: api.get(path),
        lambda: api.patch(targeted(path, forced), {"enabled": False}),
        f"{key} is disabled.",
        question=f"Disable {key}? Who uses it is refused from now on.",
    )
