"""The end of an access key, for a while or for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from collections.abc import Callable

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api


def add_ended_key(parser: Parser) -> None:
    parser.add_argument("key_id", metavar="KEY", help="its id, as in: mosaicfs credentials list")
    parser.add_argument("--force", action="store_true", help="also the key that this command signs with")
    add_changing(parser, asks=True)
    add_asking(parser)


def end_key(call: Call, would: str, question: str, end: Callable[[Api, str], JsonObject], done: str) -> int:
    """The texts are sentences about `{key}`; `end` is given the target of its request."""
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above

    api, key = api_of(call), call.given.key_id
    path = f"/api/credentials/{segment(key)}"
    target = f"{path}?force=true" if call.given.force else path
    return change(
        call,
        would.format(key=key),
        lambda: api.get(path),
        lambda: end(api, target),
        done.format(key=key),
        question=question.format(key=key),
    )
