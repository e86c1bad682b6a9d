"""`mosaicfs files cat`: the bytes of a file, or a range of them, on stdout."""

from __future__ import annotations

import sys

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = (
    "mosaicfs files cat /documents/notes.txt",
    "mosaicfs files cat nas:/srv/log/app.log --range -4096",
    "mosaicfs files cat ~/film.mkv --range 0-1048575 | file -",
)


def arguments(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="an id, NODE:/path, a path of the tree or of this machine")
    parser.add_argument(
        "--range", metavar="A-B", help="bytes A to B, both counted from 0; A- to the end, -N the last N"
    )
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs.errors import EntryChangedError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.downloading import WHOLE, Download, wanted  # noqa: PLC0415 - as above
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import file_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above

    if call.json:
        raise UsageError(call.verb, "the bytes of a file are no JSON; leave --json away")
    span = WHOLE if call.given.range is None else wanted(call.given.range)
    if span is None:
        raise UsageError(call.verb, f"{call.given.range!r} is no range such as 0-1023, 1024- or -512")
    api = api_of(call)
    file_id = text(file_of(call, api, call.given.file), "file_id")
    behind: int | None = None
    for at, piece in Download(api, file_id, span).pieces():
        if behind is not None and at != behind:
            raise EntryChangedError(file_id)  # what was written cannot be taken back
        sys.stdout.buffer.write(piece)
        behind = at + len(piece)
    sys.stdout.buffer.flush()
    return 0
