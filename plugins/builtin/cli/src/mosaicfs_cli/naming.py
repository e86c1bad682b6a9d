"""Things as a person names them: a node by its id or its name, a file by its id or a path, a place as NODE:/path."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from mosaicfs.errors import RefusedError
from mosaicfs_cli.client import segment
from mosaicfs_cli.errors import NothingRunningError, UsageError
from mosaicfs_cli.reading import text

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api, Query
    from mosaicfs_cli.options import Call

EVERY_NODE = "*"

_is_id = re.compile(r"(file::)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_on_node = re.compile(r"([^/:]+):(/.*)", re.DOTALL).fullmatch


def node_id_of(call: Call, api: Api, name: str) -> str:
    """Names are not unique; ids are. What is neither is left to the API to refuse."""
    nodes = list(api.objects("/api/nodes", [("limit", "500")]))
    if any(text(node, "node_id") == name for node in nodes):
        return name
    named = [text(node, "node_id") for node in nodes if text(node, "friendly_name").casefold() == name.casefold()]
    if len(named) > 1:
        raise UsageError(call.verb, f"{name} is the name of {', '.join(named)}; take an id")
    return named[0] if named else name


def node_path(call: Call, api: Api) -> str:
    """Of the API: the node that was named."""
    return f"/api/nodes/{segment(node_id_of(call, api, call.given.node))}"


def place_of(call: Call, api: Api, name: str) -> tuple[str, str]:
    """The node and the path there of `NODE:/path`, `*:/path` for every node, or a path of this machine."""
    if not (found := _on_node(name)):
        return this_node(call), os.path.abspath(name)  # noqa: PTH100 - links stay as typed
    return found[1] if found[1] == EVERY_NODE else node_id_of(call, api, found[1]), found[2]


def file_of(call: Call, api: Api, name: str) -> JsonObject:
    """By its id, as `NODE:/path`, by its place in the tree, or by a path of this machine."""
    if _is_id(name):
        return api.get(f"/api/files/{segment(name)}")
    if found := _on_node(name):
        return api.get("/api/files/by-path", [("node", found[1]), ("path", found[2])])
    if not name.startswith("/"):
        return _here(call, api, name)
    return _shown_or_here(call, api, name)


def file_here(call: Call, api: Api, name: str) -> JsonObject | None:
    """Where `name` is a path of this machine, and of a node, its file."""
    try:
        return _unless_missing(api, [("node", this_node(call)), ("path", os.path.abspath(name))])  # noqa: PTH100
    except NothingRunningError:
        return None


def is_id(name: str) -> bool:
    return _is_id(name) is not None


def is_on_node(name: str) -> bool:
    return _on_node(name) is not None


def this_node(call: Call) -> str:
    try:
        return (call.configured().places.state_dir / "node_id").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise NothingRunningError from None


def _here(call: Call, api: Api, name: str) -> JsonObject:
    path = os.path.abspath(name)  # noqa: PTH100 - links stay as typed
    return api.get("/api/files/by-path", [("node", this_node(call)), ("path", path)])


def _shown_or_here(call: Call, api: Api, name: str) -> JsonObject:
    """An absolute path may be one of the tree, one of this machine, or both: of two files none is guessed."""
    shown, here = _unless_missing(api, [("path", name)]), file_here(call, api, name)
    if shown is not None and here is not None and text(shown, "file_id") != text(here, "file_id"):
        ids = f"{text(shown, 'file_id')} in the tree and {text(here, 'file_id')} on this machine"
        raise UsageError(call.verb, f"{name} is {ids}; take an id")
    if found := shown or here:
        return found
    raise RefusedError("not_found", f"The file {name} is not known here, neither in the tree nor on this machine.")


def _unless_missing(api: Api, query: Query) -> JsonObject | None:
    """What is a path on a machine need not be one in the tree."""
    try:
        return api.get("/api/files/by-path", query)
    except RefusedError as error:
        if error.code in ("not_found", "validation_failed"):
            return None
        raise
