"""What every command that asks has in common: where it asks, and how it shows sizes and times."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mosaicfs.errors import ServerUnreachableError, TimedOutError
from mosaicfs_cli import showing
from mosaicfs_cli.client import Api, LocalLine, ReplicaLine
from mosaicfs_cli.errors import LogInFirstError
from mosaicfs_cli.output import is_for_people, print_note
from mosaicfs_cli.painting import paint_for
from mosaicfs_cli.reading import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Line
    from mosaicfs_cli.options import Call

API_SOCKET = "api.sock"
REPLICA_SOCKET = "replica.sock"
AWAY = "control plane not reachable"
_UNIX = "unix:"


def runtime_dir(call: Call) -> Path:
    """Where the sockets of this user's duties are."""
    return call.configured().places.runtime_dir


def api_of(call: Call) -> Api:
    trace = print_note if call.given.verbose > 1 else None
    api = Api(line_of(call), call.given.timeout, trace, otherwise_of(call))
    if not (call.quiet or call.json):
        api.on_replica = _note_replica
    return api


def line_of(call: Call) -> Line:
    """Where this command asks, the first that applies: `--server`, the socket of this user, the server of the login.

    Where there is none of these, the replica of this machine, if its agent runs: it answers what changes nothing, and
    says of the rest that it needs the control plane.
    """
    given = call.given.server or ""
    if given.startswith(_UNIX):
        return LocalLine(Path(given.removeprefix(_UNIX)))
    if given and not call.given.local:
        return _server_line(call, given)
    settings = call.configured().settings
    local = LocalLine(runtime_dir(call) / API_SOCKET)
    elsewhere = settings.client.server_url or settings.agent.control_plane_url
    if not elsewhere or local.is_answered():
        return local
    if call.given.local:
        replica = ReplicaLine(runtime_dir(call) / REPLICA_SOCKET)
        return replica if replica.is_answered() else local
    return _server_or_replica(call, elsewhere)


def otherwise_of(call: Call) -> ReplicaLine | None:
    """Who is asked when the server of the login is out of reach; nobody in place of one that was named."""
    if call.given.server or not call.configured().settings.agent.control_plane_url:
        return None
    return ReplicaLine(runtime_dir(call) / REPLICA_SOCKET, AWAY)


def _server_or_replica(call: Call, url: str) -> Line:
    try:
        return _server_line(call, url)
    except (LogInFirstError, ServerUnreachableError, TimedOutError) as trouble:
        replica = _replica_instead(call, trouble)
        if not replica.is_answered():
            raise
        return replica


def _replica_instead(call: Call, trouble: Exception) -> ReplicaLine:
    path = runtime_dir(call) / REPLICA_SOCKET
    if isinstance(trouble, LogInFirstError):
        return ReplicaLine(path, "no login for the control plane")
    return ReplicaLine(path, AWAY, trouble)


def _note_replica(line: ReplicaLine, age_s: int | None) -> None:
    age = "of unknown age" if age_s is None else f"{showing.duration(age_s)} old"
    why = f"{line.reason}; " if line.reason else ""
    print_note(f"{why}answered from this machine's replica, {age}")


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
