"""`mosaicfs jobs wait ID`: show how far a job is, until it ends; its exit code says how it ended."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs jobs wait 0199f0a2-7a10-7c3e-9b55-2f6d1e8a4c70",)


def arguments(parser: Parser) -> None:
    parser.add_argument("job_id", metavar="ID", help="as in: mosaicfs jobs list")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - as above
    from mosaicfs_cli.job_wait import wait  # noqa: PLC0415 - as above

    api = api_of(call)
    return wait(call, api, api.get(f"/api/jobs/{segment(call.given.job_id)}"))
