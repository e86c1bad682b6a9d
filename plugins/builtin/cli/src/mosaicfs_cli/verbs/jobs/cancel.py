"""`mosaicfs jobs cancel ID`: stop a job. What it has done stays done."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs jobs cancel 0199f0a2-7a10-7c3e-9b55-2f6d1e8a4c70",)


def arguments(parser: Parser) -> None:
    parser.add_argument("job_id", metavar="ID", help="as in: mosaicfs jobs list")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    api, path = api_of(call), f"/api/jobs/{segment(call.given.job_id)}"
    if call.given.dry_run:
        print_rehearsal(call, f"Would cancel {call.given.job_id}.", api.get(path))
        return 0
    answer = api.post(f"{path}/cancel")
    print_done(call, answer, f"{call.given.job_id} is {text(answer, 'state')}.")
    return 0
