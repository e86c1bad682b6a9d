"""`mosaicfs backends add NAME`: a place that files come from or go to; its node takes it up by itself."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = (
    "mosaicfs backends add photos --type s3 bucket=pictures --secret access_key_id --secret secret_access_key",
    "mosaicfs backends add scans --type s3 --node nas endpoint=http://127.0.0.1:9000 bucket=scans anonymous=true",
)

MODES = ("source", "target", "bidirectional")


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.backend_fields import add_fields  # noqa: PLC0415 - only this verb needs them

    parser.add_argument("name", metavar="NAME", help="a-z, 0-9 and -; its files are below /NAME, and it never changes")
    add_fields(parser)
    parser.add_argument("--type", required=True, help="what it is, such as s3; plugins say which there are")
    parser.add_argument(
        "--mode", choices=MODES, default="source", help="whether files come from it or go to it (source)"
    )
    parser.add_argument("--node", metavar="NODE", help="the node that runs it (this one)")
    parser.add_argument("--disabled", action="store_true", help="do not poll it before it is enabled")
    parser.add_argument("--no-directory", action="store_true", help="make no directory below /nodes that shows it")
    add_changing(parser)
    add_asking(parser, has_local=False)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.backend_fields import BACKENDS, fields_of, secrets_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import node_id_of, this_node  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api, given = api_of(call), call.given
    node = node_id_of(call, api, given.node) if given.node else this_node(call)
    body = {
        "name": given.name,
        "backend": given.type,
        "mode": given.mode,
        "hosting_node_id": node,
        "enabled": not given.disabled,
        **fields_of(call, given.fields),
    }
    if given.dry_run:
        print_rehearsal(call, f"Would add {given.name}, run by {node}.", {"backend": body})
        return 0
    if secrets := secrets_of(call, given.secret):
        body["secrets"] = secrets
    query = [("create_directory", "false")] if given.no_directory else []
    answer = api.post(BACKENDS, body, query)
    see = f"See how it fares: mosaicfs backends show {given.name}"
    print_done(call, answer, f"{given.name} is added; {node} runs it. {see}")
    return 0
