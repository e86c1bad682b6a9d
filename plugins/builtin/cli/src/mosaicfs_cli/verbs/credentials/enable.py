"""`mosaicfs credentials enable KEY`: an access key works again."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs credentials enable MOSAICFS_7F3A9B2C1D4E5F6A",)


def arguments(parser: Parser) -> None:
    parser.add_argument("key_id", metavar="KEY", help="its id, as in: mosaicfs credentials list")
    add_changing(parser, asks=False)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above

    api, key = api_of(call), call.given.key_id
    path = f"/api/credentials/{segment(key)}"
    return change(
        call,
        f"Would enable {key}.",
        lambda: api.get(path),
        lambda: api.patch(path, {"enabled": True}),
        f"{key} is enabled.",
    )
