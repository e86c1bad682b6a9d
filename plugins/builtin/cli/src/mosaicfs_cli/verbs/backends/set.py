"""`mosaicfs backends set NAME KEY=VALUE`: other options, secrets or another node of a storage backend."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = (
    "mosaicfs backends set photos prefix=2026/ schedule=22:00-06:00",
    "mosaicfs backends set photos --secret secret_access_key",
    "mosaicfs backends set photos --disable",
)


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.backend_fields import add_fields  # noqa: PLC0415 - only this verb needs them

    parser.add_argument("name", metavar="NAME", help="name of the storage backend")
    add_fields(parser)
    parser.add_argument("--node", metavar="NODE", help="the node that runs it from now on; its secrets are typed again")
    switch = parser.add_mutually_exclusive_group()
    switch.add_argument("--enable", action="store_true", help="poll it again")
    switch.add_argument("--disable", action="store_true", help="do not poll it; its files stay listed")
    add_changing(parser)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.backend_fields import BACKENDS, fields_of, secrets_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api, given = api_of(call), call.given
    path = f"{BACKENDS}/{segment(given.name)}"
    patch = fields_of(call, given.fields, removes=True)
    if given.node:
        patch["hosting_node_id"] = node_id_of(call, api, given.node)
    if given.enable or given.disable:
        patch["enabled"] = bool(given.enable)
    if given.dry_run:
        print_rehearsal(call, f"Would change {given.name}.", {"backend": api.get(path), "patch": patch})
        return 0
    if secrets := secrets_of(call, given.secret):
        patch["secrets"] = secrets
    if not patch:
        raise UsageError(call.verb, "say what is to change by KEY=VALUE, --secret, --node, --enable or --disable")
    print_done(call, api.patch(path, patch), f"{given.name} is changed.")
    return 0
