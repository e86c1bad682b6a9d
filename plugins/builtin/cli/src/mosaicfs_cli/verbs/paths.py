"""`mosaicfs paths`: where everything lies, and why there. It creates nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.agent_socket import NAME as AGENT_SOCKET
from mosaicfs_cli.asking import API_SOCKET, REPLICA_SOCKET
from mosaicfs_cli.options import Call
from mosaicfs_cli.output import print_json, print_table
from mosaicfs_cli.painting import paint_for

if TYPE_CHECKING:
    from pathlib import Path

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
    rows = [(name, str(getattr(places, name)), rule) for name, rule in places.chosen_by.items()]
    by_runtime = places.chosen_by["runtime_dir"]
    return rows + [(f"{name}_socket", str(path), by_runtime) for name, path in _sockets(places).items()]


def _sockets(places: Places) -> dict[str, Path]:
    """Of the control plane, of the agent, and of the replica on a machine that has joined."""
    return {
        name.removesuffix(".sock"): places.runtime_dir / name for name in (API_SOCKET, AGENT_SOCKET, REPLICA_SOCKET)
    }


def _as_object(places: Places) -> dict[str, object]:
    where: dict[str, object] = {name: str(getattr(places, name)) for name in places.chosen_by if name != "bell_dir"}
    sockets = {name: str(path) for name, path in _sockets(places).items()}
    return where | {"sockets": {**sockets, "bell": str(places.bell_dir)}, "chosen_by": dict(places.chosen_by)}
