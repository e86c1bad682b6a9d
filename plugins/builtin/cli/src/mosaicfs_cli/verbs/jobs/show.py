"""`mosaicfs jobs show ID`: one job in full, with what went wrong in it."""

from __future__ import annotations

import sys

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs jobs show 0199f0a2-7a10-7c3e-9b55-2f6d1e8a4c70",)


def arguments(parser: Parser) -> None:
    parser.add_argument("job_id", metavar="ID", help="as in: mosaicfs jobs list")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_facts  # noqa: PLC0415 - as above

    job = api_of(call).get(f"/api/jobs/{segment(call.given.job_id)}")
    if call.json:
        print_facts(call, job)
        return 0
    print_facts(call, {name: value for name, value in job.items() if name != "errors"})
    for error in items(job, "errors"):
        what = text(error, "name") or text(error, "file_id")
        sys.stdout.write(printable(f"error  {what}  {text(error, 'code')}: {text(error, 'message')}") + "\n")
    return 0
