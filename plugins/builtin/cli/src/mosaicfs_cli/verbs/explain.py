"""`mosaicfs explain PATH`: why something is there in the tree, or why a file is not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call, Parser, add_asking

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api

EXAMPLES = (
    "mosaicfs explain /documents/work/plan.pdf",
    "mosaicfs explain laptop:/home/ana/plan.pdf",
    "mosaicfs explain ~/Documents/plan.pdf --in /documents/work",
)


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "file", metavar="FILE|PATH", help="a path of the tree, an id, NODE:/path, a path of this machine"
    )
    parser.add_argument("--in", dest="directory", metavar="DIR", help="why the file is or is not in this directory")
    parser.add_argument("--from", dest="reader", metavar="NODE", help="how this node would read it")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.asking import Shown, api_of, node_names  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.explained import explained  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json, printable  # noqa: PLC0415 - as above

    api = api_of(call)
    answer = _ask(call, api)
    if call.json:
        print_json(answer)
        return 0
    names = node_names(api.objects("/api/nodes", ()))
    for line in explained(answer, _sources(api, answer), names, Shown(call)):
        sys.stdout.write(printable(line) + "\n")
    return 0


def _ask(call: Call, api: Api) -> JsonObject:
    """A path of the tree as it is; whatever else names a file by its id."""
    from mosaicfs_cli.naming import file_here, file_of, is_id, is_on_node  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.reading import text  # noqa: PLC0415 - as above
    from mosaicfs_cli.virtual_path import directory_of  # noqa: PLC0415 - as above

    name, directory = call.given.file, call.given.directory
    if directory is not None:
        file_id = text(file_of(call, api, name), "file_id")
        return _explain(call, api, path=directory_of(call, directory), file_id=file_id)
    if is_id(name) or is_on_node(name) or not name.startswith("/"):
        return _explain(call, api, file_id=text(file_of(call, api, name), "file_id"))
    answer = _explain(call, api, path=name)
    here = file_here(call, api, name) if text(answer, "result") == "not_found" else None
    return answer if here is None else _explain(call, api, file_id=text(here, "file_id"))


def _sources(api: Api, answer: JsonObject) -> dict[str, JsonObject]:
    """Where the files lie that it speaks of, by their ids."""
    from mosaicfs_cli.reading import items, part, text  # noqa: PLC0415 - its help needs none of this

    ids = {text(each, "file_id") for each in (answer, *items(answer))} - {""}
    if not ids:
        return {}
    found = api.post("/api/files/lookup", {"file_ids": list(ids)})
    return {text(file, "file_id"): part(file, "source") for file in items(found)}


def _explain(call: Call, api: Api, **asked: str) -> JsonObject:
    from mosaicfs_cli.naming import node_id_of  # noqa: PLC0415 - its help needs none of this

    reader = [("from", node_id_of(call, api, call.given.reader))] if call.given.reader else []
    return api.get("/api/explain", [*asked.items(), *reader])
