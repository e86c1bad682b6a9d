"""`mosaicfs vfs show DIR`: the rules of a directory, and those that it inherits, numbered as `explain` names them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mosaicfs.model.json import JsonObject

EXAMPLES = ("mosaicfs vfs show /documents", "mosaicfs vfs show /documents --json")

_INNER = "  "


def arguments(parser: Parser) -> None:
    parser.add_argument("dir", metavar="DIR", help="directory of the tree")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of, node_names  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_json, printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import directory_of, url_of  # noqa: PLC0415 - as above

    api = api_of(call)
    directory = api.get(url_of(directory_of(call, call.given.dir)))
    if call.json:
        print_json(directory)
        return 0
    names = node_names(api.objects("/api/nodes", ()))
    for line in rules(directory, names):
        sys.stdout.write(printable(line) + "\n")
    return 0


def rules(directory: JsonObject, names: Mapping[str, str]) -> Iterator[str]:
    """In the order in which a file meets them."""
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - its help needs none of this

    yield text(directory, "virtual_path")
    for gate in items(directory, "inherited"):
        yield from _gate(gate)
    yield from _steps("Steps", items(directory, "steps"))
    if directory.get("enforce_steps_on_children") is True:
        yield f"{_INNER}All of this holds for every directory below, too"
    mounts = list(items(directory, "mounts"))
    for mount in mounts:
        yield from _mount(mount, names)
    if not mounts:
        yield f"{_INNER}No mounts"


def _gate(gate: JsonObject) -> Iterator[str]:
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - its help needs none of this

    path = text(gate, "virtual_path")
    yield from _steps(f"Steps of {path}", items(gate, "steps"))
    for mount in items(gate, "mounts"):
        yield from _steps(f"Steps of mount {text(mount, 'mount_id')} of {path}", items(mount, "steps"))


def _mount(mount: JsonObject, names: Mapping[str, str]) -> Iterator[str]:
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.steps_shown import mount_ends, mount_shown, numbered, steps_of  # noqa: PLC0415 - as above

    yield f"{_INNER}Mount {text(mount, 'mount_id')}  {mount_shown(mount, names)}"
    for at, said in numbered(steps_of(mount)):
        yield f"{_INNER * 2}{at:>2}  {said}"
    yield f"{_INNER * 2} otherwise {mount_ends(mount)}"


def _steps(title: str, steps: Iterable[JsonObject]) -> Iterator[str]:
    from mosaicfs_cli.steps_shown import numbered  # noqa: PLC0415 - its help needs none of this

    lines = numbered(list(steps))
    if lines:
        yield f"{_INNER}{title}"
    for at, said in lines:
        yield f"{_INNER * 2}{at:>2}  {said}"
