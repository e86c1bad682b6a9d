"""`mosaicfs up`: everything that this machine can do, from nothing and without questions.

That is the control plane by now. A port that is taken is no reason to stop, unless somebody asked for that port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_listen

if TYPE_CHECKING:
    from mosaicfs import Configured

EXAMPLES = ("mosaicfs up", "mosaicfs up --listen http://127.0.0.1:9000", "mosaicfs up --json")

HOST = "127.0.0.1"
PORTS = (*range(8440, 8450), 0)
"""Tried in this order; 0 is any that is free."""


def arguments(parser: Parser) -> None:
    add_listen(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.foreground import run_in_foreground  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.lock import held  # noqa: PLC0415 - as above

    configured = call.configured()
    configured.places.make()
    with held(configured.places.runtime_dir / "up.lock"):
        return run_in_foreground(call, "server", with_free_port(configured))


def with_free_port(configured: Configured) -> Configured:
    """The same, listening where nobody else does; what was asked for stays as it is."""
    from dataclasses import replace  # noqa: PLC0415 - its help needs none of this

    from mosaicfs import Listener, free_port  # noqa: PLC0415 - as above

    settings = configured.settings
    if "server.listen" in settings.given:
        return configured
    port = next(free for port in PORTS if (free := free_port(Listener(HOST, port))))
    server = replace(settings.server, listen=(Listener(HOST, port).url,))
    return configured._replace(settings=replace(settings, server=server))
