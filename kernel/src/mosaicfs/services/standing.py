"""How this node fares: what its parts say, kept as the document `status::{node_id}`.

What is worth a write is decided here; how a part is judged is its own matter. The control plane hears of it in the
heartbeat (`node_life`), which reads the same book.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import time
from typing import Literal, NoReturn, cast

import structlog
import trio
from msgspec import structs

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError, MosaicError
from mosaicfs.model.agent_status import AgentStatus, Subsystem
from mosaicfs.model.document import StoreInfo
from mosaicfs.model.heartbeat import Overall
from mosaicfs.model.ids import status_id
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.plugin_item import PluginItem
from mosaicfs.model.retry import wait_after
from mosaicfs.model.role import node_role
from mosaicfs.model.standing import Fare
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock, now_text
from mosaicfs.services.revising import revise
from mosaicfs.services.troubles import Troubles
from mosaicfs.services.waking import Wake

BETWEEN_S = 30.0
SOON_S = 2.0
AT_LEAST_S = 15 * 60.0

_MEMBERS = frozenset({"status", "since", "message", "~unknown"})
_VITAL = ("store", "crawler")
_BROKEN = frozenset({"refused", "missing", "paused", "failing"})

_log = structlog.get_logger(component="standing")


class NodeStanding:
    """`model.standing.Standing`, from any thread. `plugins` says how the plugins of this process fare."""

    def __init__(
        self, node_id: str, *, plugins: Callable[[], Sequence[PluginItem]] = tuple, clock: Clock = time
    ) -> None:
        self._node_id = node_id
        self._plugins = plugins
        self._clock = clock
        self._subsystems: dict[str, Subsystem] = {}
        self._troubles = Troubles(clock)
        self._watching: tuple[str, ...] = ()
        self._adopted: tuple[str, ...] = ()
        self._version = 0
        self._written = -1
        self._wake = Wake()
        self._awaited = Wake()
        self._failures = 0
        self._waits: Mapping[str, tuple[bool, Json]] = {}
        self.queues: Callable[[], Mapping[str, JsonObject]] = dict
        """What waits for plugins, by their names."""
        self.on_news: Callable[[], None] = lambda: None
        """Called from whatever thread brought the news; must not block."""

    # --- what the parts call -------------------------------------------------------------------------------------

    def tell(self, subsystem: str, fare: Fare, message: str = "", counters: Mapping[str, Json] | None = None) -> None:
        before = self._subsystems.get(subsystem)
        kept = {} if before is None else before.unknown
        told = _countable(subsystem, counters or {})
        after = Subsystem(
            status=fare,
            since=before.since if before is not None and before.status == fare else now_text(self._clock),
            message=message or None,
            unknown={name: value for name, value in {**kept, **told}.items() if value is not None},
        )
        self._subsystems[subsystem] = after
        if before is None or _gist(before) != _gist(after):
            self._news()

    def count(self, subsystem: str, counters: Mapping[str, Json]) -> None:
        """Counters alone, of a subsystem that goes on to fare as it does."""
        known = self._subsystems.get(subsystem)
        self.tell(subsystem, _fare(known), (known.message if known is not None else None) or "", counters)

    def trouble(self, subsystem: str, level: Literal["warning", "error"], message: str) -> None:
        if self._troubles.add(subsystem, level, message):
            self._news()

    def watching(self, paths: tuple[str, ...], adopted: tuple[str, ...] = ()) -> None:
        if (paths, adopted) != (self._watching, self._adopted):
            self._watching, self._adopted = paths, adopted
            self._news()

    def hurry(self) -> None:
        """Somebody looks for this news: a plugin was enabled, or a folder was added."""
        self._awaited.call()
        self._news()

    # --- what is read --------------------------------------------------------------------------------------------

    @property
    def subsystems(self) -> dict[str, Subsystem]:
        return dict(self._subsystems)

    @property
    def overall(self) -> Overall:
        return overall(self._subsystems)

    @property
    def watch_paths(self) -> tuple[str, ...]:
        return self._watching

    @property
    def adopted_paths(self) -> tuple[str, ...]:
        return self._adopted

    def status(self) -> AgentStatus:
        return AgentStatus(
            node_id=self._node_id,
            updated_at=now_text(self._clock),
            overall=self.overall,
            subsystems=self.subsystems,
            recent_errors=self._troubles.listed(),
            available_plugins=tuple(item.name for item in self._plugins()),
            watch_paths=self._watching,
        )

    def look_at_plugins(self) -> None:
        """They do not tell by themselves."""
        items = self._plugins()
        broken = [item.name for item in items if item.standing in _BROKEN]
        message = f"These plugins do not work: {', '.join(broken)}." if broken else ""
        queues = self.queues()
        waits = {name: (bool(told.get("pending")), told.get("failed")) for name, told in queues.items()}
        if waits != self._waits:
            self._waits = waits
            self._news()
        shown = [{**item._asdict(), "hooks": list(item.hooks), **queues.get(item.name, {})} for item in items]
        self.tell("plugins", "degraded" if broken else "healthy", message, {"items": shown})

    # --- what writes ---------------------------------------------------------------------------------------------

    async def run(self, store: Store) -> NoReturn:
        """At once, then when something has changed, but not more often than every 30 s unless it hurries."""
        while True:
            if not await self._write(store):
                await trio.sleep(wait_after(self._failures))
                continue
            with trio.move_on_after(AT_LEAST_S):
                await self._rest()
                while self._written == self._version:
                    await self._wake.wait()

    async def _rest(self) -> None:
        await trio.sleep(SOON_S)
        await self._awaited.wait(BETWEEN_S - SOON_S)

    async def flush(self, store: Store) -> None:
        """What is not written yet; once, without waiting for better times."""
        if self._written != self._version:
            await self._write(store)

    async def _write(self, store: Store) -> bool:
        self.look_at_plugins()
        try:
            self._count_documents(await store.info())
            version, status = self._version, self.status()
            await revise(
                store,
                status_id(self._node_id),
                node_role(self._node_id),
                AgentStatus,
                lambda before: _over(status, before),
            )
        except MosaicError as error:
            self._failures += 1
            self.tell("store", "unhealthy", str(error))
            _log.warning("cannot write how the node fares", attempt=self._failures, error=str(error))
            return False
        self._failures, self._written = 0, version
        return True

    def _count_documents(self, info: StoreInfo) -> None:
        """Without news: the sequence changes with every write, that of this document too."""
        counters: dict[str, Json] = {"documents": info.live, "bytes": info.file_bytes, "update_seq": info.update_seq}
        known = self._subsystems.get("store")
        if known is None or self._failures:
            self.tell("store", "healthy", counters=counters)
        else:
            self._subsystems["store"] = structs.replace(known, unknown={**known.unknown, **counters})

    def _news(self) -> None:
        self._version += 1
        self._wake.call()
        self.on_news()


def overall(subsystems: Mapping[str, Subsystem]) -> Overall:
    """A part that is switched off is as it should be."""
    if any(name in subsystems and subsystems[name].status == "unhealthy" for name in _VITAL):
        return "unhealthy"
    well = all(each.status in ("healthy", "disabled") for each in subsystems.values())
    return "healthy" if well else "degraded"


def _over(status: AgentStatus, before: AgentStatus | None) -> AgentStatus:
    """Members of a newer version stay."""
    return status if before is None else structs.replace(status, unknown=before.unknown)


def _gist(subsystem: Subsystem) -> tuple[str, str | None, Json]:
    """What is news when it changes. Numbers are not, for they change all the time; but those of a crawl that runs are.

    Without the exception nobody would see a crawl proceed; without the rule the document would be written for ever.
    """
    counters = subsystem.unknown
    crawls = counters.get("phase", "idle") != "idle"
    return subsystem.status, subsystem.message, counters if crawls else _without_numbers(counters)


def _without_numbers(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {name: _without_numbers(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_numbers(each) for each in value]
    return None if isinstance(value, int | float) and not isinstance(value, bool) else value


def _fare(known: Subsystem | None) -> Fare:
    return "healthy" if known is None else cast(Fare, known.status)


def _countable(subsystem: str, counters: Mapping[str, Json]) -> dict[str, Json]:
    """A number that JSON does not know costs that counter, never the document. None takes a counter away."""
    taken: dict[str, Json] = {}
    for name, value in counters.items():
        if name in _MEMBERS:
            continue
        try:
            wire.canonical({name: value})
        except MalformedDocumentError as error:
            _log.warning("a counter cannot be written", subsystem=subsystem, counter=name, error=str(error))
        else:
            taken[name] = value
    return taken
