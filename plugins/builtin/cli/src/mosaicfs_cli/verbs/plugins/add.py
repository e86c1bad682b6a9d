"""`mosaicfs plugins add NODE NAME`: enable a plugin on a node, with its options; it begins within seconds."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = (
    "mosaicfs plugins add nas webhook url=https://example.org/hook --secret secret",
    "mosaicfs plugins add nas ntfy@phone topic=long-random-word min_severity=error",
    "mosaicfs plugins add nas page-count --kind executable --events file.added,file.modified --types application/pdf",
)

KINDS = ("python", "executable", "socket", "tcp")


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.plugin_fields import add_members, add_place  # noqa: PLC0415 - only this verb needs them

    add_place(parser)
    add_members(parser)
    parser.add_argument("--kind", choices=KINDS, help="how it is installed, where the node has not found it yet")
    parser.add_argument(
        "--disabled", action="store_true", help="set it up, and tell it of nothing before it is enabled"
    )
    add_changing(parser)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.plugin_fields import caution, members_of, plugins_path, secrets_typed  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api, given = api_of(call), call.given
    path = plugins_path(call, api)
    body = {"plugin_name": given.name, "enabled": not given.disabled, **members_of(call)}
    if given.kind:
        body["plugin_type"] = given.kind
    if given.dry_run:
        print_rehearsal(call, f"Would add {given.name} on {given.node}.", {"plugin": body})
        return 0
    answer = api.post(path, {**body, **secrets_typed(call)})
    see = f"See how it fares: mosaicfs plugins test {given.node} {given.name}"
    print_done(call, answer, f"{given.name} is added on {given.node}.{caution(call, answer)} {see}")
    return 0
