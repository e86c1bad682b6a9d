"""Things as a person names them: a node by its id or its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.errors import UsageError
from mosaicfs_cli.reading import text

if TYPE_CHECKING:
    from mosaicfs_cli.client import Api
    from mosaicfs_cli.options import Call


def node_id_of(call: Call, api: Api, name: str) -> str:
    """Names are not unique; ids are. What is neither is left to the API to refuse."""
    nodes = list(api.objects("/api/nodes", [("limit", "500")]))
    if any(text(node, "node_id") == name for node in nodes):
        return name
    named = [text(node, "node_id") for node in nodes if text(node, "friendly_name").casefold() == name.casefold()]
    if len(named) > 1:
        raise UsageError(call.verb, f"{name} is the name of {', '.join(named)}; take an id")
    return named[0] if named else name
