"""`mosaicfs vfs ls DIR`: what a directory of the tree shows, directories first."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.filters import add_paging
from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api
    from mosaicfs_cli.listing import Files

EXAMPLES = (
    "mosaicfs vfs ls",
    "mosaicfs vfs ls /documents -l --sort -mtime",
    "mosaicfs vfs ls /pictures --all -0 | xargs -0 -n 1 mosaicfs files stat",
)

SORTS = ("name", "mtime", "size")
COLUMNS = ("name", "size", "modified", "node", "file_id")


def arguments(parser: Parser) -> None:
    parser.add_argument("dir", nargs="?", default="/", metavar="DIR", help="directory of the tree (/)")
    parser.add_argument("-l", "--long", action="store_true", help="with size, time, node and id")
    parser.add_argument("-0", "--null", action="store_true", help="only the paths, raw and each ended by NUL")
    add_paging(parser, SORTS)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.filters import order  # noqa: PLC0415 - as above
    from mosaicfs_cli.listing import Files, print_rest  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import directory_of  # noqa: PLC0415 - as above

    query = [("path", directory_of(call, call.given.dir)), *order(call)]
    api = api_of(call)
    entries = Files(api, "/api/vfs", query, None if call.given.all else call.given.limit)
    if call.json:
        _print_stream(entries)
        return 0
    shown = _print(call, api, entries)
    print_rest(shown, entries.total)
    _print_notes(call, entries.first)
    return 0


def _print(call: Call, api: Api, entries: Files) -> int:
    from mosaicfs_cli.output import print_paths  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above

    counted = _Counted(entries)
    if call.given.null:
        print_paths(text(entry, "virtual_path") for entry in counted)
    elif call.given.long:
        _print_table(call, api, counted)
    else:
        _print_names(call, counted)
    return counted.count


class _Counted:
    """Entries as they pass, and how many have."""

    def __init__(self, entries: Files) -> None:
        self._entries = entries
        self.count = 0

    def __iter__(self) -> Iterator[JsonObject]:
        for entry in self._entries:
            self.count += 1
            yield entry


def _print_names(call: Call, entries: _Counted) -> None:
    from mosaicfs_cli.output import printable  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.painting import paint_for  # noqa: PLC0415 - as above

    paint = paint_for(call)
    for entry in entries:
        name = printable(_name(entry))
        sys.stdout.write((paint(name, "bold") if name.endswith("/") else name) + "\n")


def _print_table(call: Call, api: Api, entries: _Counted) -> None:
    from mosaicfs_cli.asking import Shown, node_names  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_table  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import number, text  # noqa: PLC0415 - as above

    shown, names = Shown(call), node_names(api.objects("/api/nodes", ()))

    def row(entry: JsonObject) -> tuple[str, ...]:
        is_file, node = text(entry, "kind") == "file", text(entry, "node_id")
        size = shown.size(number(entry, "size")) if is_file else ""
        return _name(entry), size, shown.time(text(entry, "mtime")), names.get(node, node), text(entry, "file_id")

    print_table(COLUMNS, map(row, entries), with_header=not call.given.no_header, paint=shown.paint)


def _name(entry: JsonObject) -> str:
    """A directory has a slash at its end, which no name can hold."""
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - its help needs none of this

    return text(entry, "name") + ("/" if text(entry, "kind") == "directory" else "")


def _print_notes(call: Call, answer: JsonObject) -> None:
    from mosaicfs_cli.output import print_note  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.steps_shown import counters, problems  # noqa: PLC0415 - as above

    if call.quiet:
        return
    for said in (*counters(answer), *problems(answer)):
        print_note(said)
    if answer.get("truncated") is True:
        print_note("A search of this directory finds more than its limit; the rest is left out.")


def _print_stream(entries: Files) -> None:
    """One entry a line, and at the end all else that the listing says."""
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - its help needs none of this

    shown = 0
    for entry in entries:
        print_json(entry)
        shown += 1
    besides = {name: value for name, value in entries.first.items() if name not in ("items", "next_cursor", "limit")}
    print_json({"end": True, "shown": shown, **besides})
