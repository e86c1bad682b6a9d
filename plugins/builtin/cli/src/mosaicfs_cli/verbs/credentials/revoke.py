"""`mosaicfs credentials revoke KEY`: an access key ends for good, at once and for whatever it has open."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs credentials revoke MOSAICFS_7F3A9B2C1D4E5F6A",)


def arguments(parser: Parser) -> None:
    parser.add_argument("key_id", metavar="KEY", help="its id, as in: mosaicfs credentials list")
    parser.add_argument("--force", action="store_true", help="also the key that this command signs with")
    add_changing(parser, asks=True)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.questions import confirm  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api, path = api_of(call), f"/api/credentials/{segment(call.given.key_id)}"
    if call.given.dry_run:
        print_rehearsal(call, f"Would revoke {call.given.key_id}.", api.get(path))
        return 0
    if not confirm(call, f"Revoke {call.given.key_id} for good?"):
        return 0
    query = [("force", "true")] if call.given.force else []
    answer = api.delete(path, query)
    print_done(call, answer, f"{call.given.key_id} is revoked.")
    return 0
