"""`mosaicfs credentials create`: a new access key. Its secret is shown now and never again."""

from __future__ import annotations

import sys

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = (
    "mosaicfs credentials create --name backup-script --scope read",
    "mosaicfs credentials create --name prometheus --scope metrics --expires 90d --json",
)


def arguments(parser: Parser) -> None:
    parser.add_argument("--name", required=True, help="what it is for")
    parser.add_argument(
        "--scope", choices=("full", "read", "metrics", "mirror"), default="full", help="what it may do (full)"
    )
    parser.add_argument("--expires", metavar="WHEN", help="a date, a time, or from now: 90d, 12h")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.moments import moment  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, print_note, printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above

    expires = moment(call, call.given.expires) if call.given.expires else None
    body = {"name": call.given.name, "scope": call.given.scope, **({"expires_at": expires} if expires else {})}
    if call.given.dry_run:
        print_rehearsal(call, f"Would make an access key “{call.given.name}” of scope {call.given.scope}.", body)
        return 0
    answer = api_of(call).post("/api/credentials", body)
    if call.json:
        print_json(answer)
        return 0
    sys.stdout.write(printable(f"Access key  {text(answer, 'key_id')}") + "\n")
    sys.stdout.write(printable(f"Secret      {text(answer, 'secret_key')}") + "\n")
    print_note("Keep the secret now: it is stored nowhere and cannot be shown again.")
    return 0
