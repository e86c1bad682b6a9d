"""`mosaicfs backends poll NAME`: look now for what has changed at a storage backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs backends poll photos", "mosaicfs backends poll mail --full")


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.job_wait import add_waiting  # noqa: PLC0415 - its help needs none of this

    parser.add_argument("name", metavar="NAME", help="name of the storage backend")
    parser.add_argument("--full", action="store_true", help="a full listing, also where the service tells of changes")
    add_waiting(parser)
    add_changing(parser)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.backend_fields import BACKENDS  # noqa: PLC0415 - as above
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.job_wait import follow  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    api, name = api_of(call), call.given.name
    backend = api.get(f"{BACKENDS}/{segment(name)}")
    if call.given.dry_run:
        print_rehearsal(call, f"Would poll {name}.", {"backend": backend})
        return 0
    query = [("backend", name), *([("full", "true")] if call.given.full else [])]
    node = segment(text(backend, "hosting_node_id"))
    return follow(call, api, api.post(f"/api/nodes/{node}/sync", None, query), _told)


def _told(job: JsonObject) -> str:
    from mosaicfs_cli.reading import count, part  # noqa: PLC0415 - as above

    found = part(job, "result")
    changes = ", ".join(
        f"{count(found, name):,} {name}"
        for name in ("new", "changed", "moved", "deleted", "held")
        if count(found, name)
    )
    return f"{count(found, 'seen'):,} files seen: {changes or 'nothing has changed'}."
