"""`mosaicfs paths`: where everything lies, and why there. It creates nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.options import Call
from mosaicfs_cli.output import print_json, print_table
from mosaicfs_cli.painting import paint_for

if TYPE_CHECKING:
    from mosaicfs import Places

EXAMPLES = (
    "mosaicfs paths",
    "mosaicfs paths --json",
    "mosaicfs paths | awk -F '\\t' '$1 == \"database\" { print $2 }'",
)


def run(call: Call) -> int:
    places = call.configured().places
    if call.json:
        print_json(_as_object(places))
    else:
        print_table(("what", "where", "chosen by"), _rows(places), paint=paint_for(call))
    return 0


def _rows(places: Places) -> list[tuple[str, str, str]]:
    return [(name, str(getattr(places, name)), rule) for name, rule in places.chosen_by.items()]


def _as_object(places: Places) -> dict[str, object]:
    where: dict[str, object] = {name: path for name, path, _ in _rows(places) if name != "bell_dir"}
    return where | {"sockets": {"bell": str(places.bell_dir)}, "chosen_by": dict(places.chosen_by)}
