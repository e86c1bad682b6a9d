"""`mosaicfs plugins set NODE NAME KEY=VALUE`: other options, secrets or limits of a plugin, in force within seconds."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = (
    "mosaicfs plugins set nas webhook min_severity=error quiet=",
    "mosaicfs plugins set nas webhook --secret secret",
    "mosaicfs plugins set nas checksum --job-timeout 600",
)


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.plugin_fields import add_members, add_place  # noqa: PLC0415 - only this verb needs them

    add_place(parser)
    add_members(parser)
    add_changing(parser)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - as above
    from mosaicfs_cli.plugin_fields import caution, members_of, plugin_path, secrets_typed  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api, given = api_of(call), call.given
    path, patch = plugin_path(call, api), members_of(call, removes=True)
    if not (patch or given.secret or given.secret_stdin):
        raise UsageError(call.verb, "say what is to change by KEY=VALUE, --secret or a flag of its help")
    if given.dry_run:
        print_rehearsal(call, f"Would change {given.name}.", {"plugin": api.get(path), "patch": patch})
        return 0
    answer = api.patch(path, {**patch, **secrets_typed(call)})
    print_done(call, answer, f"{given.name} is changed on {given.node}.{caution(call, answer)}")
    return 0
