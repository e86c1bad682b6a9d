"""How this machine fares, put together from whoever answers: the lock of `up`, the agent, the control plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mosaicfs import __version__
from mosaicfs.errors import MosaicError
from mosaicfs_cli.agent_socket import NAME, ask_agent
from mosaicfs_cli.asking import API_SOCKET, line_of, otherwise_of
from mosaicfs_cli.client import Api, LocalLine
from mosaicfs_cli.in_step import InStep, in_step
from mosaicfs_cli.lock import holder
from mosaicfs_cli.reading import items, part, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Line
    from mosaicfs_cli.lock import Note
    from mosaicfs_cli.options import Call

FRESH_S = 90
"""Three heartbeats."""

_NOTHING: JsonObject = {}


class Machine(NamedTuple):
    """What is None did not answer."""

    note: Note | None
    agent: JsonObject | None
    info: JsonObject | None
    health: JsonObject
    nodes: tuple[JsonObject, ...]
    notifications: tuple[JsonObject, ...]
    elsewhere: str = ""
    """The address of the control plane, where that is on another machine."""
    is_from_replica: bool = False
    """Whether what is shown comes from the replica of this machine."""
    replica: InStep | None = None
    """None where this machine keeps none."""
    was_away: bool = False
    """Whether the control plane was asked first and could not be reached."""

    @property
    def is_running(self) -> bool:
        """Whether there is anything to tell of: a duty here, or a control plane that answers from elsewhere."""
        return bool(self.note or self.agent is not None or self.info is not None)

    @property
    def is_reachable(self) -> bool:
        """The control plane: it answered, or it answered the agent a moment ago."""
        if self.info is not None:
            return True
        return self.is_from_replica and not self.was_away and self.is_replica_fresh

    @property
    def replica_age_s(self) -> int | None:
        return None if self.replica is None else self.replica.age_s

    @property
    def is_replica_fresh(self) -> bool:
        return self.replica_age_s is not None and self.replica_age_s <= FRESH_S

    @property
    def is_only_a_client(self) -> bool:
        return bool(self.elsewhere and self.note is None and self.agent is None)

    @property
    def node_id(self) -> str:
        return text(part(self.note.facts, "about"), "node_id") if self.note else text(self.agent or {}, "node_id")

    @property
    def url(self) -> str:
        return self.elsewhere or (text(part(self.note.facts, "facts"), "url") if self.note else "")

    @property
    def mount(self) -> str:
        """Where `up` has mounted the tree."""
        return text(part(self.note.facts, "facts"), "mount") if self.note else ""

    @property
    def duties(self) -> list[JsonObject]:
        """Of `up` as it notes them; else those that answer."""
        if self.note:
            return list(items(self.note.facts, "duties"))
        answering = {"server": None if self.elsewhere else self.info, "agent": self.agent}
        return [{"duty": duty, "state": "running"} for duty, answer in answering.items() if answer is not None]

    def as_object(self) -> dict[str, object]:
        here = {
            "node_id": self.node_id,
            "duties": self.duties,
            "mount": {"path": self.mount} if self.mount else None,
            "replica_age_s": self.replica_age_s,
            "crawl": part(self.agent or {}, "crawler") or None,
            "cache": None,
        }
        return {
            "version": __version__,
            "instance": self.info,
            "here": here,
            "control_plane": {"url": self.url or None, "reachable": self.is_reachable},
            "nodes": list(self.nodes),
            "notifications": list(self.notifications),
        }

    def troubles(self) -> list[str]:
        """In words, why this machine is not healthy; empty when it is."""
        if not self.is_running:
            return ["Nothing is running here"]
        found = [f"the {text(d, 'duty')} is {text(d, 'state')}" for d in self.duties if text(d, "state") != "running"]
        found += [] if self.is_reachable else ["the control plane does not answer"]
        found += ["the agent does not answer"] if self.agent is None and not self.is_only_a_client else []
        overall = text(self.health, "status")
        return found + ([f"health is {overall}"] if overall not in ("", "healthy") else [])


def look(call: Call) -> Machine:
    runtime = call.configured().places.runtime_dir
    timeout_s = min(call.given.timeout, 5.0)
    line = _line(call)
    api, ages = Api(line, timeout_s, otherwise=otherwise_of(call)), list[int | None]()
    api.on_replica = lambda _, age_s: ages.append(age_s)
    agent = _asked(lambda: ask_agent(runtime / NAME, "status", timeout_s=timeout_s))
    info = _asked(lambda: api.get("/api/system/info"))
    nodes = notifications = None
    health = _asked(lambda: api.get("/api/health")) if info is not None or api.asks_replica else None
    if health is not None:
        nodes = _asked(lambda: api.get("/api/nodes", [("limit", "500")]))
        notifications = _asked(lambda: api.get("/api/notifications"))
    return Machine(
        holder(runtime / "up.lock"),
        agent,
        info,
        health or _NOTHING,
        tuple(items(nodes or _NOTHING)),
        tuple(items(notifications or _NOTHING)),
        _elsewhere(call) if api.asks_replica or not isinstance(line, LocalLine) else "",
        bool(ages),
        _replica(call, agent, ages[0] if ages else None),
        api.found_nobody,
    )


def _replica(call: Call, agent: JsonObject | None, answered_age_s: int | None) -> InStep | None:
    """`answered_age_s` is what the replica said of itself, where it was asked."""
    settings, places = call.configured()
    if not settings.agent.control_plane_url:
        return None
    found = in_step(places.state_dir, agent)
    known = [age for age in (found.age_s, answered_age_s) if age is not None]
    return found._replace(age_s=max(known, default=None))


def _line(call: Call) -> Line:
    """Without a login, the socket of this user, which then does not answer."""
    try:
        return line_of(call)
    except MosaicError:
        return LocalLine(call.configured().places.runtime_dir / API_SOCKET)


def _elsewhere(call: Call) -> str:
    settings = call.configured().settings
    named = (call.given.server or "").partition("#")[0]
    return named or settings.client.server_url or settings.agent.control_plane_url


def _asked(ask: Callable[[], JsonObject]) -> JsonObject | None:
    try:
        return ask()
    except MosaicError:
        return None  # that it does not answer is what the status says
