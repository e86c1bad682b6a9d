"""`mosaicfs service uninstall`: stop the service and take its unit away; what is stored stays."""

from __future__ import annotations

import sys

from mosaicfs_cli.options import Call, Parser, add_changing
from mosaicfs_cli.verbs.service import add_service, keeper_for

EXAMPLES = ("mosaicfs service uninstall", "sudo mosaicfs service uninstall --system --duty server")


def arguments(parser: Parser) -> None:
    add_service(parser)
    add_changing(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.errors import NotFoundError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above
    from mosaicfs_cli.units import putting  # noqa: PLC0415 - as above

    keeper = keeper_for(call)
    path = keeper.path
    if not path.exists():
        raise NotFoundError(str(path), "See: mosaicfs service status")
    putting.require_ours(path)
    if call.given.dry_run:
        from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

        print_rehearsal(call, f"Would stop {path.name} and remove {path}.", {"path": str(path), "unit": path.name})
        return 0
    keeper.remove()
    if call.json:
        print_json({"unit": path.name, "path": str(path), "enabled": "missing", "active": "inactive"})
    elif not call.quiet:
        sys.stdout.write(f"{path} was removed. Your index, settings and files stay.\n")
    return 0
