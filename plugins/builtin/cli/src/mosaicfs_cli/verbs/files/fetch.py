"""`mosaicfs files fetch`: files as they are, to this machine, whole and compared or not at all."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api
    from mosaicfs_cli.fetching import Fetched

EXAMPLES = (
    "mosaicfs files fetch /documents/report.pdf",
    "mosaicfs files fetch nas:/srv/media/film.mkv -o ~/Videos/ --resume",
    "mosaicfs files fetch /documents/a.pdf /documents/b.pdf -o /tmp --json",
)


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="an id, NODE:/path, a path of the tree or of this machine"
    )
    parser.add_argument("-o", "--output", default=".", metavar="PATH", help="a file, or a directory (.)")
    parser.add_argument("--force", action="store_true", help="replace what is there by that name")
    parser.add_argument("--no-verify", action="store_true", help="do not compare the digest")
    parser.add_argument("--resume", action="store_true", help="go on with the .part of an earlier try")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this

    api = api_of(call)
    names: list[str] = call.given.files
    if len(names) == 1:
        _show(call, _fetched(call, api, names[0], set()))
        return 0
    return _each(call, api, names)


def _each(call: Call, api: Api, names: list[str]) -> int:
    """Each for itself: one that fails is told and leaves the others alone."""
    from pathlib import Path  # noqa: PLC0415 - its help needs none of this

    from mosaicfs.errors import MosaicError  # noqa: PLC0415 - as above
    from mosaicfs_cli.errors import PartlyDoneError, UsageError  # noqa: PLC0415 - as above
    from mosaicfs_cli.failures import tell  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above

    if not (call.given.output.endswith("/") or Path(call.given.output).is_dir()):
        raise UsageError(call.verb, f"{call.given.output} is no directory, and there is more than one file for it")
    done: list[Fetched] = []
    taken: set[Path] = set()
    for name in names:
        try:
            done.append(_fetched(call, api, name, taken))
        except (MosaicError, OSError) as error:
            tell(error, ["--json"] if call.json else [], {})
            continue
        if not call.json:
            _show(call, done[-1])
    if call.json:
        print_json({"items": [_plain(each) for each in done]})
    if len(done) < len(names):
        raise PartlyDoneError(f"{len(done)} of {len(names)} files were fetched.")
    return 0


def _fetched(call: Call, api: Api, name: str, taken: set[Path]) -> Fetched:
    """`taken` are the targets of this command, none of which another of its files may replace."""
    from mosaicfs_cli.errors import FileExistsAlreadyError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.fetching import How, Progress, fetch, target_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.naming import file_of  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_note  # noqa: PLC0415 - as above
    from mosaicfs_cli.part import part_of  # noqa: PLC0415 - as above

    file = file_of(call, api, name)
    target = target_of(call.verb, file, call.given.output)
    if target in taken:
        raise FileExistsAlreadyError(target, "Two of these files have that name; fetch them one by one.")
    taken.add(target)
    progress = Progress(target.name, is_wanted=not (call.json or call.quiet))
    how = How(replaces=call.given.force, verifies=not call.given.no_verify, resumes=call.given.resume)
    try:
        return fetch(api, file, target, how, progress.told)
    except KeyboardInterrupt:
        progress.end()
        print_note(f"What has come is kept in {part_of(target)}; go on with --resume.")
        raise
    finally:
        progress.end()


def _show(call: Call, fetched: Fetched) -> None:
    from mosaicfs_cli.asking import Shown  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.output import is_for_people, print_json, printable  # noqa: PLC0415 - as above

    if call.json:
        print_json(_plain(fetched))
        return
    said = (str(fetched.path), Shown(call).size(fetched.bytes), fetched.digest)
    sys.stdout.write(("  " if is_for_people() else "\t").join(map(printable, said)) + "\n")


def _plain(fetched: Fetched) -> JsonObject:
    return {**fetched._asdict(), "path": str(fetched.path)}
