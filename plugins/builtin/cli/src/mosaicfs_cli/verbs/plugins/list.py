"""`mosaicfs plugins list`: who is asked, who is not, why, and what to do; where an agent runs, as it sees them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call
from mosaicfs_cli.output import is_for_people, print_json, print_table, printable
from mosaicfs_cli.painting import paint_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mosaicfs_cli.painting import Paint
    from mosaicfs_cli.plugins_listed import Listed

EXAMPLES = ("mosaicfs plugins list", "mosaicfs plugins list --json")

_FOR_PEOPLE = ("name", "kind", "standing", "jobs", "title")
_FOR_PROGRAMS = ("name", "kind", "version", "standing", "hooks", "title", "jobs", "reason", "next step")
_MILD = ("ready", "disabled", "disconnected", "restart_needed")
_HINT = "What is available is enabled with: mosaicfs plugins add {node} NAME"


def run(call: Call) -> int:
    import trio  # noqa: PLC0415 - its help loads no plugin

    from mosaicfs import plugin_items, reported_plugins  # noqa: PLC0415 - as above
    from mosaicfs_cli.plugins_listed import listed  # noqa: PLC0415 - as above

    configured = call.configured()
    found = plugin_items(configured.settings, configured.places)
    told = trio.run(reported_plugins, configured.settings, configured.places)
    plugins = listed(found, told)
    if call.json:
        print_json({"items": [each.members() for each in plugins]})
    elif is_for_people():
        _show(plugins, told.node_id, paint_for(call))
    else:
        print_table(_FOR_PROGRAMS, map(_row, plugins))
    return 0


def _row(plugin: Listed) -> tuple[str, ...]:
    item = plugin.item
    facts = item.name, item.kind, item.version, item.standing, " ".join(item.hooks), item.title
    return *facts, plugin.jobs, item.reason, plugin.next_step


def _show(plugins: Sequence[Listed], node: str, paint: Paint) -> None:
    """What is wrong stands below the table, whole: a table would cut it where it matters."""
    print_table(_FOR_PEOPLE, map(_short, plugins), paint=paint)
    for plugin in plugins:
        if plugin.is_trouble:
            sys.stdout.write("\n" + "\n".join(_trouble(plugin, paint)) + "\n")
    if any(plugin.is_available for plugin in plugins):
        sys.stdout.write(f"\n{_HINT.format(node=node or 'NODE')}\n")


def _short(plugin: Listed) -> tuple[str, ...]:
    item = plugin.item
    return item.name, item.kind, plugin.word, plugin.jobs, item.title


def _trouble(plugin: Listed, paint: Paint) -> list[str]:
    item = plugin.item
    word = "failed lately" if item.standing == "ready" else plugin.word
    head = paint(f"{item.name}: {word}", "warning" if item.standing in _MILD else "bad")
    return [head, f"  {printable(item.reason)}", *([f"  {plugin.next_step}"] if plugin.next_step else [])]
