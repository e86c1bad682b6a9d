"""`mosaicfs agent`: what this machine does as a node, in the foreground."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser

EXAMPLES = ("mosaicfs agent", "mosaicfs agent --name attic")


def arguments(parser: Parser) -> None:
    parser.add_argument("--name", dest="agent.name", help="name of this node at its first start (MOSAICFS_AGENT_NAME)")


def run(call: Call) -> int:
    from mosaicfs_cli.foreground import run_in_foreground  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.lock import held  # noqa: PLC0415 - as above

    configured = call.configured()
    configured.places.make()
    with held(configured.places.state_dir / "agent.lock"):
        return run_in_foreground(call, "agent", configured)
