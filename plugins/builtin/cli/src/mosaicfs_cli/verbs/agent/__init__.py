"""`mosaicfs agent`: what this machine does as a node, in the foreground. Its further verbs speak to one that runs."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_exclude, add_name, add_watch

EXAMPLES = ("mosaicfs agent", "mosaicfs agent --name attic --watch /srv/media")


def arguments(parser: Parser) -> None:
    add_name(parser)
    add_watch(parser)
    add_exclude(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.foreground import run_in_foreground  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.lock import held  # noqa: PLC0415 - as above

    configured = call.configured()
    configured.places.make()
    with held(configured.places.state_dir / "agent.lock"):
        return run_in_foreground(call, "agent", configured)
