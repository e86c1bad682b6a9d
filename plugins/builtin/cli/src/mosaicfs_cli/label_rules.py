"""Rules that give labels, as a person names them: by id or by name; and the folder that one is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.changing import change
from mosaicfs_cli.naming import place_of
from mosaicfs_cli.objects import all_objects, the_one
from mosaicfs_cli.reading import text

if TYPE_CHECKING:
    from mosaicfs.model.json import Json, JsonObject
    from mosaicfs_cli.client import Api
    from mosaicfs_cli.options import Call

RULES = "/api/labels/rules"


def rule_of(call: Call, api: Api, name: str) -> JsonObject:
    return the_one(call, list(all_objects(api, RULES)), name, "rule", "mosaicfs labels rules list")


def scope_of(call: Call, api: Api, typed: str) -> dict[str, Json]:
    """The node and the folder of `NODE:PREFIX`. A slash that is missing at the end is added."""
    node, path = place_of(call, api, typed)
    return {"node_id": node, "path_prefix": f"{path.rstrip('/')}/"}


def shown(rule: JsonObject) -> str:
    return f"{text(rule, 'rule_id')} “{text(rule, 'name')}”"


def turn(call: Call, api: Api, *, on: bool) -> int:
    """Enable or disable the rule that was named."""
    from mosaicfs_cli.client import segment  # noqa: PLC0415 - others need none of this

    rule, done = rule_of(call, api, call.given.rule), "enabled" if on else "disabled"
    return change(
        call,
        f"The rule {shown(rule)} would be {done}.",
        lambda: {"rule": rule},
        lambda: api.patch(f"{RULES}/{segment(text(rule, 'rule_id'))}", {"enabled": on}),
        f"The rule {shown(rule)} is {done}.",
    )
