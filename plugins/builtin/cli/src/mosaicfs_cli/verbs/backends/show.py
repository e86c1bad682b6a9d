"""`mosaicfs backends show NAME`: one storage backend, and how it fares on its node."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs backends show photos",)


def arguments(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="name of the storage backend")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.backend_fields import BACKENDS  # noqa: PLC0415 - as above
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_facts  # noqa: PLC0415 - as above

    print_facts(call, api_of(call).get(f"{BACKENDS}/{segment(call.given.name)}"))
    return 0
