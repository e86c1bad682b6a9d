"""What every command that asks has in common: where it asks, and how it shows sizes and times."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mosaicfs_cli import showing
from mosaicfs_cli.client import Api, LocalLine
from mosaicfs_cli.output import is_for_people, print_note
from mosaicfs_cli.painting import paint_for
from mosaicfs_cli.reading import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Line
    from mosaicfs_cli.options import Call

API_SOCKET = "api.sock"
_UNIX = "unix:"


def runtime_dir(call: Call) -> Path:
    """Where the sockets of this user's duties are."""
    return call.configured().places.runtime_dir


def api_of(call: Call) -> Api:
    trace = print_note if call.given.verbose > 1 else None
    return Api(line_of(call), call.given.timeout, trace)


def line_of(call: Call) -> Line:
    """Where this command asks, the first that applies: `--server`, the socket of this user, the server of the login.

    The agent's own socket answers no such questions yet.
    """
    given = call.given.server or ""
    if given.startswith(_UNIX):
        return LocalLine(Path(given.removeprefix(_UNIX)))
    if given and not call.given.local:
        return _server_line(call, given)
    configured = call.configured()
    local = LocalLine(configured.places.runtime_dir / API_SOCKET)
    elsewhere = configured.settings.client.server_url or configured.settings.agent.control_plane_url
    if call.given.local or not elsewhere or local.is_answered():
        return local
    return _server_line(call, elsewhere)


def _server_line(call: Call, url: str) -> Line:
    from mosaicfs_cli.server_line import server_line  # noqa: PLC0415 - who asks the socket pays for none of it

    return server_line(call, url)


class Shown:
    """Sizes and times: for people rounded and relative, for programs, `--bytes` and `--utc` exact."""

    def __init__(self, call: Call) -> None:
        self.is_for_people = is_for_people()
        self._exact_sizes = call.given.bytes or not self.is_for_people
        self._exact_times = call.given.utc or not self.is_for_people
        self.paint = paint_for(call)
        self._now = showing.now()

    def size(self, given: int | None) -> str:
        if given is None:
            return ""
        return str(given) if self._exact_sizes else showing.size(given)

    def time(self, given: str) -> str:
        return given if self._exact_times or not given else showing.ago(given, self._now)


def node_names(nodes: Iterable[JsonObject]) -> dict[str, str]:
    """By id, as a person knows them, with what keeps their files away."""
    return {text(node, "node_id"): _name(node) for node in nodes}


def _name(node: JsonObject) -> str:
    name, status = text(node, "friendly_name") or text(node, "node_id"), text(node, "status")
    return f"{name} ({status})" if status in ("offline", "disabled") else name
