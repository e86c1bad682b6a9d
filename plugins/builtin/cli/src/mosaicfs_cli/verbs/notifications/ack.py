"""`mosaicfs notifications ack ID…`: seen; it stays quiet until it happens anew."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = (
    "mosaicfs notifications ack node-nas::storage_near_capacity",
    "mosaicfs notifications ack --all --severity info",
)


def arguments(parser: Parser) -> None:
    parser.add_argument("ids", nargs="*", metavar="ID", help="as in: mosaicfs notifications list")
    parser.add_argument("--all", action="store_true", help="all that are active")
    parser.add_argument("--severity", choices=("info", "warning", "error"), help="of all: only those")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    ids = list(dict.fromkeys(call.given.ids))
    if bool(ids) == call.given.all or (ids and call.given.severity):
        raise UsageError(call.verb, "name ids, or take --all, of which --severity picks some")
    api = api_of(call)
    severity = {"severity": call.given.severity} if call.given.severity else {}
    if call.given.dry_run:
        total = len(ids) or count(api.get("/api/notifications", list(severity.items())), "total")
        print_rehearsal(call, f"Would acknowledge {total}.", {"acknowledged": total})
        return 0
    if call.given.all:
        answer = api.post("/api/notifications/acknowledge-all", severity)
    else:
        for each in ids:
            api.post(f"/api/notifications/{segment(each)}/acknowledge", {})
        answer = {"acknowledged": len(ids)}
    print_done(call, answer, f"{count(answer, 'acknowledged')} acknowledged.")
    return 0
