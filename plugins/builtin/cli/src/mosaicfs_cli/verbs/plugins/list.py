"""`mosaicfs plugins list`: who was loaded, who was not, and why; where an agent runs, as it sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call
from mosaicfs_cli.output import print_json, print_table
from mosaicfs_cli.painting import paint_for

if TYPE_CHECKING:
    from mosaicfs.model.plugin_item import PluginItem

EXAMPLES = ("mosaicfs plugins list", "mosaicfs plugins list --json")

_HEADER = ("name", "kind", "version", "standing", "hooks", "title", "reason")


def run(call: Call) -> int:
    import trio  # noqa: PLC0415 - its help loads no plugin

    from mosaicfs import plugin_items, reported_plugins  # noqa: PLC0415 - as above

    configured = call.configured()
    found = {item.name: item for item in plugin_items(configured.settings, configured.places)}
    told = trio.run(reported_plugins, configured.settings, configured.places)
    items = sorted((found | {item.name: item for item in told}).values())
    if call.json:
        print_json({"items": [item._asdict() for item in items]})
    else:
        print_table(_HEADER, map(_row, items), paint=paint_for(call))
    return 0


def _row(item: PluginItem) -> tuple[str, ...]:
    return item.name, item.kind, item.version, item.standing, " ".join(item.hooks), item.title, item.reason
