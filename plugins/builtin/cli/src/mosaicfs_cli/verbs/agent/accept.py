"""`mosaicfs agent accept`: a watched folder lies on another disk now and is the same one all the same."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs agent accept ~/Documents", "mosaicfs agent accept /mnt/new-disk --json")


def arguments(parser: Parser) -> None:
    parser.add_argument("path", metavar="PATH", help="the watched folder")
    add_changing(parser)
    add_asking(parser, of_agent=True)


def run(call: Call) -> int:
    from mosaicfs_cli.watched_folder import tell_of_folder  # noqa: PLC0415 - its help needs none of this

    would, done = "Would take {path} as the same folder as before.", "{path} is taken as the same folder."
    return tell_of_folder(call, "accept", would, done)
