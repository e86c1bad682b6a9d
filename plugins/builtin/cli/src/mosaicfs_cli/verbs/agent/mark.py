"""`mosaicfs agent mark`: write the marker `.mosaicfs-folder` into a watched folder whose identity is weak."""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

EXAMPLES = ("mosaicfs agent mark /mnt/share", "mosaicfs agent mark ~/usb-disk --json")


def arguments(parser: Parser) -> None:
    parser.add_argument("path", metavar="PATH", help="the watched folder")
    add_changing(parser)
    add_asking(parser, of_agent=True)


def run(call: Call) -> int:
    from mosaicfs_cli.watched_folder import tell_of_folder  # noqa: PLC0415 - its help needs none of this

    would = "Would write .mosaicfs-folder into {path}."
    done = "{path} is marked: it is known again by its file .mosaicfs-folder."
    return tell_of_folder(call, "mark", would, done, itself=True)
