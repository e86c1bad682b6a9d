"""`mosaicfs labels add LABEL FILE…`: labels for files that are named, or for all that filters let through."""

from __future__ import annotations

from mosaicfs_cli.filters import add_filters
from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = (
    "mosaicfs labels add work,urgent ~/Documents/plan.pdf",
    "mosaicfs labels add taxes nas:/srv/scans/2026.pdf /documents/tax.pdf",
    "mosaicfs labels add old --ext doc --older 2y",
)


def arguments(parser: Parser) -> None:
    from mosaicfs_cli.job_wait import add_waiting  # noqa: PLC0415 - its help needs none of this

    parser.add_argument("labels", metavar="LABEL", help="one label, or several with commas")
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="ids, NODE:/path, paths of the tree or of this machine; or filters"
    )
    add_waiting(parser)
    add_filters(parser)
    add_changing(parser, asks=True)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.labelled_files import label_files  # noqa: PLC0415 - as above

    return label_files(call, api_of(call), "add")
