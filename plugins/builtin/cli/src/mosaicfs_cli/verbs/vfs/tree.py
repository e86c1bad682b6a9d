"""`mosaicfs vfs tree DIR`: the tree below a directory, drawn."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs vfs tree", "mosaicfs vfs tree /documents --depth 2 --files")

DEPTH, DEEPEST = 3, 10

_MORE: JsonObject = {"name": "…"}


def arguments(parser: Parser) -> None:
    parser.add_argument("dir", nargs="?", default="/", metavar="DIR", help="directory of the tree (/)")
    parser.add_argument("--depth", type=_depth, default=DEPTH, metavar="N", help=f"levels, 1 to {DEEPEST} ({DEPTH})")
    parser.add_argument("--files", action="store_true", help="files too")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json, print_note  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import directory_of  # noqa: PLC0415 - as above

    given = call.given
    query = [("path", directory_of(call, given.dir)), ("depth", str(given.depth))]
    answer = api_of(call).get("/api/vfs/tree", [*query, *([("files", "true")] if given.files else [])])
    if call.json:
        print_json(answer)
        return 0
    _print(call, answer)
    if _is_cut(answer) and not call.quiet:
        print_note("… is not all of it: a tree shows 10,000 entries at most. Name a directory further down.")
    return 0


def _print(call: Call, answer: JsonObject) -> None:
    from mosaicfs_cli.output import printable  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.painting import paint_for  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above

    paint = paint_for(call)
    sys.stdout.write(paint(printable(text(answer, "virtual_path")), "bold") + "\n")
    for before, entry in _lines(answer, ""):
        name = printable(text(entry, "name"))
        sys.stdout.write(before + (name if entry.get("kind") != "directory" else paint(f"{name}/", "bold")) + "\n")


def _lines(above: JsonObject, indent: str) -> Iterator[tuple[str, JsonObject]]:
    """What stands before each name, as it is drawn."""
    from mosaicfs_cli.reading import items  # noqa: PLC0415 - its help needs none of this

    children = list(items(above, "children"))
    if above.get("truncated") is True:
        children.append(_MORE)
    for at, entry in enumerate(children):
        is_last = at + 1 == len(children)
        yield indent + ("└── " if is_last else "├── "), entry
        yield from _lines(entry, indent + ("    " if is_last else "│   "))


def _is_cut(entry: JsonObject) -> bool:
    from mosaicfs_cli.reading import items  # noqa: PLC0415 - its help needs none of this

    return entry.get("truncated") is True or any(map(_is_cut, items(entry, "children")))


def _depth(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= DEEPEST:
        raise ArgumentTypeError(f"{text!r} is not a number of levels; it must be 1 to {DEEPEST}")
    return int(text)
