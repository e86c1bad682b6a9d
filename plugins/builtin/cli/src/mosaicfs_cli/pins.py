"""Pins as a person types them: what is to be kept, where, how much of it and until when; and one by its id or name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mosaicfs_cli import showing
from mosaicfs_cli.errors import UsageError
from mosaicfs_cli.moments import moment
from mosaicfs_cli.naming import node_id_of, this_node
from mosaicfs_cli.objects import all_objects, the_one
from mosaicfs_cli.reading import count, part, text
from mosaicfs_cli.virtual_path import directory_of

if TYPE_CHECKING:
    from mosaicfs.model.json import Json, JsonObject
    from mosaicfs_cli.client import Api
    from mosaicfs_cli.options import Call

PINS = "/api/pins"
DRAFT = ("node_id", "scope", "budget_bytes")
"""Members that a preview takes."""

_UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}
_is_size = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)([KMGT]?)(?:i?B)?", re.IGNORECASE).fullmatch


def scope_of(call: Call) -> dict[str, Json]:
    """Exactly one of the three."""
    given = call.given
    scopes: list[dict[str, Json]] = []
    if given.dir:
        scopes.append({"path": directory_of(call, given.dir)})
    if given.label:
        scopes.append({"labels": list(given.label)})
    if given.search:
        scopes.append({"search": given.search})
    if len(scopes) != 1:
        raise UsageError(call.verb, "say what to keep by one of DIR, --label and --search")
    return scopes[0]


def draft_of(call: Call, api: Api) -> dict[str, Json]:
    """What a preview and a new pin both say."""
    node = node_id_of(call, api, call.given.node) if call.given.node else this_node(call)
    draft: dict[str, Json] = {"node_id": node, "scope": scope_of(call)}
    if call.given.budget:
        draft["budget_bytes"] = bytes_of(call, call.given.budget)
    return draft


def pin_of(call: Call, api: Api) -> dict[str, Json]:
    draft = draft_of(call, api)
    pin = {**draft, "name": call.given.name or what_of(draft)}
    if call.given.until:
        pin["expires_at"] = moment(call, call.given.until)
    if call.given.priority is not None:
        pin["priority"] = call.given.priority
    return pin


def what_of(pin: JsonObject) -> str:
    """What is kept, in a few words."""
    scope = part(pin, "scope")
    labels = scope.get("labels")
    if isinstance(labels, list | tuple):
        return "labelled " + " and ".join(map(str, labels))
    if "rule" in scope:
        source = part(part(scope, "rule"), "source")
        return f"rule on {text(source, 'node_id')}:{text(source, 'export_path')}"
    return text(scope, "path") or f"search {text(scope, 'search')}"


def bytes_of(call: Call, typed: str) -> int:
    found = _is_size(typed)
    if found is None:
        raise UsageError(call.verb, f"{typed!r} is no size; write 500M or 40G")
    return int(float(found[1]) * (1 << _UNITS[found[2].upper()]))


def known_pin(call: Call, api: Api, name: str) -> JsonObject:
    return the_one(call, list(all_objects(api, PINS)), name, "pin", "mosaicfs pin list")


def summed(preview: JsonObject) -> str:
    """What it would mean, as the end of a sentence."""
    said = f"{showing.files(count(preview, 'files'))}, {showing.size(count(preview, 'bytes'))}; "
    said += f"{showing.size(count(preview, 'to_fetch_bytes'))} to fetch"
    if over := count(preview, "over_budget_bytes"):
        said += f", {showing.size(over)} over the budget"
    if away := count(preview, "unreachable_files"):
        said += f", {showing.files(away)} unreachable now"
    return said
