"""`mosaicfs vfs edit DIR`: the rules of a directory in an editor; what a change does is shown before it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking, add_changing

if TYPE_CHECKING:
    from mosaicfs.model.json import Json, JsonObject
    from mosaicfs_cli.client import Api
    from mosaicfs_cli.editing import Edited
    from mosaicfs_cli.errors import BadDraftError

EXAMPLES = ("mosaicfs vfs edit /documents", "EDITOR='code --wait' mosaicfs vfs edit /documents")


def arguments(parser: Parser) -> None:
    parser.add_argument("dir", metavar="DIR", help="directory of the tree; the editor is $VISUAL or $EDITOR")
    add_changing(parser, asks=True)
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import api_of  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.drafts import draft_of, written  # noqa: PLC0415 - as above
    from mosaicfs_cli.editing import edited  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import directory_of, url_of  # noqa: PLC0415 - as above

    path, api = directory_of(call, call.given.dir), api_of(call)
    directory, tag = api.get_tagged(url_of(path))
    with edited(call, written(draft_of(directory), _comments(directory))) as file:
        return _save(call, api, directory, tag, file)


def _save(call: Call, api: Api, directory: JsonObject, tag: str, file: Edited) -> int:
    from mosaicfs_cli.drafts import draft_of, previewed, read_draft  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.editing import keep  # noqa: PLC0415 - as above
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above
    from mosaicfs_cli.rehearsing import print_rehearsal  # noqa: PLC0415 - as above
    from mosaicfs_cli.telling_facts import print_done  # noqa: PLC0415 - as above

    path = text(directory, "virtual_path")

    def read(given: str) -> tuple[dict[str, Json], JsonObject]:
        draft = read_draft(given)
        return draft, previewed(api, path, draft)

    draft, after = file.until(read, lambda error: _told(error, directory))
    before = draft_of(directory)
    change = {name: value for name, value in draft.items() if value != before[name]}
    if not change:
        print_done(call, directory, "Nothing was changed.")
        return 0
    effect = _effect(previewed(api, path, {}), after)
    if call.given.dry_run:
        print_rehearsal(call, f"Would change {', '.join(change)} of {path}: {effect}.", {"change": change})
    elif _may(call, path, effect, after):
        print_done(call, _saved(api, path, change, tag), f"Saved {path}: {effect}.")
    else:
        keep(file)
    return 0


def _saved(api: Api, path: str, change: dict[str, Json], tag: str) -> JsonObject:
    from mosaicfs.errors import RefusedError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.virtual_path import url_of  # noqa: PLC0415 - as above

    try:
        return api.patch(url_of(path), change, tag=tag)
    except RefusedError as error:
        if error.code != "precondition_failed":
            raise
        told = f"“{path}” was changed meanwhile, so nothing was saved. See: mosaicfs vfs show {path}"
        raise RefusedError(error.code, told, error.detail) from None


def _effect(before: JsonObject, after: JsonObject) -> str:
    """`before 120 files, after 96`."""
    from mosaicfs_cli.drafts import amount, number  # noqa: PLC0415 - its help needs none of this

    return f"before {amount(before)}, after {number(after)}"


def _may(call: Call, path: str, effect: str, after: JsonObject) -> bool:
    from mosaicfs_cli.output import print_note  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.questions import confirm  # noqa: PLC0415 - as above
    from mosaicfs_cli.steps_shown import problems  # noqa: PLC0415 - as above

    if not call.quiet:
        for said in problems(after):
            print_note(said)
    return confirm(call, f"{effect}. Save {path}?")


def _comments(directory: JsonObject) -> list[str]:
    from mosaicfs_cli.reading import items, text  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.steps_shown import step_shown, steps_of  # noqa: PLC0415 - as above

    lines = [f"Rules of {text(directory, 'virtual_path')}. Lines that begin with # are not read."]
    for gate in items(directory, "inherited"):
        steps = [*steps_of(gate), *(step for mount in items(gate, "mounts") for step in steps_of(mount))]
        lines += [f"From {text(gate, 'virtual_path')}: {step_shown(step)}" for step in steps]
    return lines


def _told(error: BadDraftError, directory: JsonObject) -> list[str]:
    return ["This cannot be used:", *(f"  {fault}" for fault in error.faults), *_comments(directory)]
