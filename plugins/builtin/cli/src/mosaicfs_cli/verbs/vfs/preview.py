"""`mosaicfs vfs preview DIR`: what a directory shows, or would show by the rules in a file; nothing is saved."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from mosaicfs.model.json import Json, JsonObject

EXAMPLES = (
    "mosaicfs vfs preview /documents",
    "mosaicfs vfs preview /documents --file rules.json",
    "mosaicfs vfs preview /new --file - < rules.json",
)

SHOWN = 20


def arguments(parser: Parser) -> None:
    parser.add_argument("dir", metavar="DIR", help="directory of the tree, or one that is to be made")
    parser.add_argument(
        "--file", metavar="FILE", help="JSON with steps, mounts, enforce_steps_on_children; - for what comes on stdin"
    )
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.drafts import previewed  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import directory_of  # noqa: PLC0415 - as above

    path, draft = directory_of(call, call.given.dir), _draft(call)
    preview = previewed(api_of(call), path, draft, SHOWN)
    if call.json:
        print_json(preview)
    else:
        _print(call, preview)
    return 0


def _draft(call: Call) -> dict[str, Json]:
    from mosaicfs_cli.drafts import read_draft  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.errors import NoSuchPathError  # noqa: PLC0415 - as above

    if (name := call.given.file) is None:
        return {}
    if name == "-":
        return read_draft(sys.stdin.read())
    try:
        return read_draft(Path(name).read_text(encoding="utf-8"))
    except OSError as cause:
        raise NoSuchPathError(name, (cause.strerror or "cannot be read").lower()) from None
    except UnicodeDecodeError:
        raise NoSuchPathError(name, "is no text in UTF-8") from None


def _print(call: Call, preview: JsonObject) -> None:
    from mosaicfs_cli.drafts import amount  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import print_note, print_table, printable  # noqa: PLC0415 - as above
    from mosaicfs_cli.painting import paint_for  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count, items, text  # noqa: PLC0415 - as above
    from mosaicfs_cli.steps_shown import counters, problems  # noqa: PLC0415 - as above

    examples = [text(each, "relative_path") or text(each, "name") for each in items(preview)][:SHOWN]
    sys.stdout.write("".join(f"{printable(line)}\n" for line in (amount(preview), *(f"  {one}" for one in examples))))
    rest = count(preview, "total") - len(examples)
    if rest > 0:
        sys.stdout.write(f"  … {rest:,} more\n")
    tallies = [
        (text(each, "mount_id"), str(count(each, "candidates")), str(count(each, "included")))
        for each in items(preview, "per_mount")
    ]
    header = ("mount", "candidates", "included")
    if tallies:
        print_table(header, tallies, with_header=not call.given.no_header, paint=paint_for(call))
    if not call.quiet:
        for said in (*counters(preview), *problems(preview)):
            print_note(said)
