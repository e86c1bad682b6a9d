"""`mosaicfs server`: the control plane, in the foreground."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_listen, add_no_default_tree

EXAMPLES = ("mosaicfs server", "mosaicfs server --listen http://127.0.0.1:9000 --log-format json")


def arguments(parser: Parser) -> None:
    add_listen(parser)
    add_no_default_tree(parser)
    parser.add_argument(
        "--developer-mode", action="store_true", help="let this server be wiped, and called from server.cors_origins"
    )


def run(call: Call) -> int:
    from dataclasses import replace  # noqa: PLC0415 - its help needs none of this

    from mosaicfs_cli.foreground import run_in_foreground  # noqa: PLC0415 - as above

    configured = call.configured()
    settings = replace(configured.settings, developer_mode=call.given.developer_mode)
    configured = configured._replace(settings=settings)
    return run_in_foreground(call, "server", configured, default_tree=not call.given.no_default_tree)
