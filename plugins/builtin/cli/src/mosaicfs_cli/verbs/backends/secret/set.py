"""`mosaicfs backends secret set REF`: secrets in a file that only this machine can open, for backends that it runs."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_changing

EXAMPLES = ("mosaicfs backends secret set s3@photos --secret access_key_id --secret secret_access_key",)


def arguments(parser: Parser) -> None:
    parser.add_argument("ref", metavar="REF", help="the credentials_ref of the backend")
    parser.add_argument("--secret", action="append", required=True, metavar="KEY", help="a secret to be typed unseen")
    add_changing(parser)


def run(call: Call) -> int:
    from mosaicfs.model.names import is_plugin_name  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.backend_fields import secrets_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import this_node  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    ref, names = call.given.ref, call.given.secret
    if not is_plugin_name(ref):
        raise UsageError(call.verb, f"{ref!r} is no name of secrets, such as s3@photos")
    if call.given.dry_run:
        print_rehearsal(
            call, f"Would keep {', '.join(names)} of {ref} on this machine.", {"ref": ref, "secrets": names}
        )
        return 0
    from mosaicfs import keep_secrets  # noqa: PLC0415 - only who goes on needs it

    node, typed = this_node(call), secrets_of(call, names)
    keep_secrets(call.configured().places.state_dir, node, ref, {name: str(value) for name, value in typed.items()})
    print_done(
        call, {"ref": ref, "secrets": names}, f"{', '.join(names)} of {ref} are kept. They are used from now on."
    )
    return 0
