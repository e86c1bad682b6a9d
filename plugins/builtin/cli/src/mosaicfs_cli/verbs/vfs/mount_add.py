"""`mosaicfs vfs mount-add DIR NODE:PATH`: a further source of a directory: a folder, a label or a search."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.json import Json, JsonObject
    from mosaicfs_cli.client import Api

EXAMPLES = (
    "mosaicfs vfs mount-add /work laptop:/home/ana/work",
    'mosaicfs vfs mount-add /films \'*:/\' --step \'{"op": "mime", "types": ["video/*"]}\' --strategy flatten',
    "mosaicfs vfs mount-add /taxes --label taxes",
    "mosaicfs vfs mount-add /big --search 'size:>1G' --conflict suffix_node_id",
)

STRATEGIES = ("prefix_replace", "flatten", "mirror_source")
CONFLICTS = ("last_write_wins", "suffix_node_id")


def arguments(parser: Parser) -> None:
    parser.add_argument("dir", metavar="DIR", help="directory of the tree")
    parser.add_argument(
        "source", nargs="?", metavar="NODE:PATH", help="folder or file of a node; * for every node; a path of this one"
    )
    parser.add_argument("--label", metavar="LABEL", help="instead: all files with this label")
    parser.add_argument("--search", metavar="QUERY", help="instead: all files that this search finds")
    parser.add_argument("--strategy", choices=STRATEGIES, help="prefix_replace; flatten with --label or --search")
    parser.add_argument("--prefix", metavar="PATH", help="what is left out of the paths, with prefix_replace (PATH)")
    parser.add_argument("--conflict", choices=CONFLICTS, help="for files of one name (last_write_wins)")
    parser.add_argument(
        "--step", action="append", type=_step, default=[], metavar="JSON", help="a rule for its files, repeatable"
    )
    parser.add_argument("--default", choices=("include", "exclude"), help="where no step decides (include)")
    add_changing(parser)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.drafts import previewed  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import directory_of, url_of  # noqa: PLC0415 - as above

    path, api = directory_of(call, call.given.dir), api_of(call)
    directory = api.get(url_of(path))
    mount = _mount(call, api)
    if call.given.dry_run:
        preview = previewed(api, path, {"mounts": [*_mounts(directory), mount]})
        print_rehearsal(call, f"Would add to {path}: {_shown(preview)}.", {"mount": mount, "preview": preview})
        return 0
    return _add(call, api, path, directory, mount)


def _add(call: Call, api: Api, path: str, before: JsonObject, mount: dict[str, Json]) -> int:
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import url_of  # noqa: PLC0415 - as above

    answer = api.patch(url_of(path), {"mount_ops": [{"op": "add", "mount": mount}]})
    if call.json:
        print_done(call, answer, "")
        return 0
    there = {text(each, "mount_id") for each in _mounts(before)}
    new = next((mount_id for each in _mounts(answer) if (mount_id := text(each, "mount_id")) not in there), "")
    print_done(call, answer, f"Added as {new}.")
    if not call.quiet:
        _print_effect(api, path, new)
    return 0


def _print_effect(api: Api, path: str, mount_id: str) -> None:
    """It is added, whether its files can be counted or not."""
    from mosaicfs.errors import MosaicError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.drafts import previewed  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_note  # noqa: PLC0415 - as above
    from mosaicfs_cli.steps_shown import problems  # noqa: PLC0415 - as above

    try:
        preview = previewed(api, path, {})
    except MosaicError as error:
        print_note(f"Its files could not be counted: {error}")
        return
    sys.stdout.write(f"{_shown(preview, mount_id).capitalize()}.\n")
    for said in problems(preview, mount_id):
        print_note(said)


def _shown(preview: JsonObject, mount_id: str | None = None) -> str:
    """How many of its files are let through; the new one is the last."""
    from mosaicfs_cli import showing  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.drafts import number  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import count, items, text  # noqa: PLC0415 - as above

    tallies = list(items(preview, "per_mount"))
    if mount_id is not None:
        tallies = [each for each in tallies if text(each, "mount_id") == mount_id]
    own = showing.files(count(tallies[-1], "included")) if tallies else "no files"
    return f"it has {own}, the directory {number(preview)}"


def _mounts(directory: JsonObject) -> list[JsonObject]:
    from mosaicfs_cli.reading import items  # noqa: PLC0415 - its help needs none of this

    return list(items(directory, "mounts"))


def _mount(call: Call, api: Api) -> dict[str, Json]:
    given = call.given
    is_folder = given.source is not None
    chosen: dict[str, Json] = {
        "source_prefix": given.prefix,
        "default_result": given.default,
        "conflict_policy": given.conflict,
    }
    return {
        "source": _source(call, api),
        "strategy": given.strategy or ("prefix_replace" if is_folder else "flatten"),
        "steps": given.step,
        **{name: value for name, value in chosen.items() if value is not None},
    }


def _source(call: Call, api: Api) -> dict[str, Json]:
    from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.naming import place_of  # noqa: PLC0415 - as above

    given = call.given
    if sum(each is not None for each in (given.source, given.label, given.search)) != 1:
        raise UsageError(call.verb, "say one source: NODE:PATH, --label or --search")
    if given.label is not None:
        return {"label": given.label}
    if given.search is not None:
        return {"search": given.search}
    node, path = place_of(call, api, given.source)
    return {"node_id": node, "export_path": path}


def _step(text: str) -> JsonObject:
    try:
        step = json.loads(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text[:60]!r} is no JSON: {error}") from None
    if not isinstance(step, dict) or not isinstance(step.get("op"), str):
        raise ArgumentTypeError(f'{text[:60]!r} is no step; write {{"op": "glob", "pattern": "*.pdf"}}')
    return step
