"""`mosaicfs backends test NAME`: its node signs in, lists a page and reads a few bytes; nothing is indexed."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs backends test photos",)

COLUMNS = ("step", "ok", "took_ms", "files", "bytes", "message")


def arguments(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="name of the storage backend")
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.backend_fields import BACKENDS  # noqa: PLC0415 - as above
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_items  # noqa: PLC0415 - as above

    answer = api_of(call).post(f"{BACKENDS}/{segment(call.given.name)}/test")
    print_items(call, answer, COLUMNS, "steps")
    return 0 if answer.get("ok") else 1
