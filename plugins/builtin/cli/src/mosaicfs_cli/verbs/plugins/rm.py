"""`mosaicfs plugins rm NODE NAME`: an end to a plugin on a node, with its options and secrets; its code stays."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs plugins rm nas ntfy@phone", "mosaicfs plugins rm nas ntfy@phone --yes")


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.plugin_fields import add_place  # noqa: PLC0415 - only this verb needs it

    add_place(parser)
    add_changing(parser, asks=True)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.plugin_fields import plugin_path  # noqa: PLC0415 - as above

    api, given = api_of(call), call.given
    path = plugin_path(call, api)
    return change(
        call,
        f"Would remove {given.name} from {given.node}.",
        lambda: {"plugin": api.get(path)},
        lambda: api.delete(path),
        f"{given.name} is removed from {given.node}.",
        question=f"Remove {given.name} from {given.node}, with its options and secrets?",
    )
