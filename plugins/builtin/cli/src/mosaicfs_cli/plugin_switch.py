"""A plugin of a node goes on or rests: what `plugins enable` and `plugins disable` have in common."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.plugin_fields import add_place  # noqa: PLC0415 - only these verbs need it

    add_place(parser)
    add_changing(parser)
    add_asking(parser, has_local=False)


def switched(call: Call, *, enabled: bool) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.changing import change  # noqa: PLC0415 - as above
    from mosaicfs_cli.plugin_fields import plugin_path  # noqa: PLC0415 - as above

    api, name = api_of(call), call.given.name
    path, word = plugin_path(call, api), "enable" if enabled else "disable"
    return change(
        call,
        f"Would {word} {name}.",
        lambda: {"plugin": api.get(path)},
        lambda: api.patch(path, {"enabled": enabled}),
        f"{name} is {word}d.",
    )
