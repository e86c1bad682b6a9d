"""`mosaicfs service status`: whether the service is there, enabled and running."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser
from mosaicfs_cli.verbs.service import add_service, keeper_for

EXAMPLES = ("mosaicfs service status", "mosaicfs service status --duty agent --system --json")


def arguments(parser: Parser) -> None:
    add_service(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.output import print_aligned, print_json  # noqa: PLC0415 - its help needs none of this

    keeper = keeper_for(call)
    path, standing = keeper.path, keeper.standing()
    if call.json:
        print_json({"unit": path.name, "path": str(path), **standing._asdict()})
        return 0
    pid = f", pid {standing.pid}" if standing.pid else ""
    active = f"{standing.active} ({standing.state}{pid})" if standing.state else standing.active
    shown = (("Unit", path.name), ("File", str(path)), ("Enabled", standing.enabled), ("Active", active))
    print_aligned([("", label, text) for label, text in shown])
    return 0
