"""`mosaicfs plugins enable NODE NAME`: a plugin of a node goes on, with what has waited for it."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs plugins enable nas summary@work",)


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.plugin_fields import add_place  # noqa: PLC0415 - only these verbs need it

    add_place(parser)
    add_changing(parser)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.plugin_fields import plugin_path  # noqa: PLC0415 - as above

    api, name = api_of(call), call.given.name
    path = plugin_path(call, api)
    return change(
        call,
        f"Would enable {name}.",
        lambda: {"plugin": api.get(path)},
        lambda: api.patch(path, {"enabled": True}),
        f"{name} is enabled.",
    )
