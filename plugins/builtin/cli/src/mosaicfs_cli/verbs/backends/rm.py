"""`mosaicfs backends rm NAME`: an end to a storage backend; nothing is changed at its service."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs backends rm photos", "mosaicfs backends rm photos --force --yes")


def arguments(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="name of the storage backend")
    parser.add_argument("--force", action="store_true", help="also when its files are indexed: they leave the index")
    add_changing(parser, asks=True)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.backend_fields import BACKENDS  # noqa: PLC0415 - as above
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above

    api, name = api_of(call), call.given.name
    path = f"{BACKENDS}/{segment(name)}"
    query = [("force", "true")] if call.given.force else []
    return change(
        call,
        f"Would remove {name}.",
        lambda: {"backend": api.get(path)},
        lambda: api.delete(path, query),
        f"{name} is removed.",
        question=f"Remove {name}? Its files leave the index; nothing is changed at its service." if query else "",
    )
