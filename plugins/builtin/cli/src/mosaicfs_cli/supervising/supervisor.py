"""The supervisor: starts the duties, tells how they fare, follows the first indexing, and ends it all.

The first signal asks for an orderly end, the second ends at once; either way no child outlives us. SIGHUP is passed on
to the duties, which then read their configuration again.
"""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.json import Json, JsonObject
from mosaicfs_cli import readiness
from mosaicfs_cli.agent_socket import ask_agent
from mosaicfs_cli.lifeline import lifeline
from mosaicfs_cli.supervising.child import Child, Ended
from mosaicfs_cli.supervising.mounting import Mounting, Unavailable
from mosaicfs_cli.supervising.page_link import PAGE, UNBUILT
from mosaicfs_cli.supervising.progress import Progress, read_progress
from mosaicfs_cli.terminal import Terminal

if TYPE_CHECKING:
    from mosaicfs_cli.lock import Held
    from mosaicfs_cli.supervising.plan import Plan

PATIENCE_S = 18.0
POLL_S = 0.25
QUIET_POLLS = 3
"""Between two folders the agent is idle for a moment, which is not the end."""

SILENT_S = 30.0
"""An agent that does not tell how far it is for so long is not waited for any more."""

INTERRUPTED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Teller(Protocol):
    """Who says to the owner what happens."""

    def started(self, about: JsonObject) -> None: ...

    def ready(self, facts: JsonObject, watched: tuple[str, ...], unavailable: Sequence[Unavailable]) -> None: ...

    def ended(self, ended: Ended) -> None: ...

    def progress(self, progress: Progress) -> None: ...

    def indexed(self, progress: Progress, seconds: float) -> None: ...

    def silent(self) -> None: ...

    def stopping(self) -> None: ...


class Supervisor:
    def __init__(self, plan: Plan, held: Held, teller: Teller) -> None:
        self._plan = plan
        self._held = held
        self._teller = teller
        self._stop = trio.Event()
        self._children: tuple[Child, ...] = ()
        self._began = 0.0
        self._mounting: Mounting | None = None

    async def run(self) -> int:
        """The exit code. `DutyEndedError` when a duty never came up."""
        self._began = trio.current_time()
        with lifeline() as life, trio.open_signal_receiver(*SIGNALS) as signals:
            moves_on = self._plan.address.moves_on
            server = Child("server", partial(self._plan.server, life=life), self._plan.log("server"), self, moves_on)
            agent = Child("agent", partial(self._plan.agent, life=life), self._plan.log("agent"), self)
            self._children = (server, agent)
            if self._plan.mounts:
                mount = Child(
                    "mount", partial(self._plan.mount, life=life), self._plan.log("mount"), self, may_leave=True
                )
                self._mounting = Mounting(mount)
                self._children = (server, agent, mount)
            async with trio.open_nursery() as watched:
                watched.start_soon(self._obey, signals)
                watched.start_soon(_stay_alive)
                async with trio.open_nursery() as duties:
                    duties.start_soon(server.keep_up)
                    duties.start_soon(self._bring_up, agent.keep_up, server)
                    if self._mounting is not None:
                        duties.start_soon(self._bring_up, self._mounting.keep_up, server)
                    duties.start_soon(self._tell, server, agent)
                    await self._stop.wait()
                    await self._end(duties)
                watched.cancel_scope.cancel()
        return 0

    def duty_changed(self) -> None:
        """Whoever asks `mosaicfs status`, or types `up` again, reads it in the lock."""
        duties = [{"duty": c.duty, "pid": c.pid, "state": c.state, "since": c.since} for c in self._present()]
        facts = {name: value for child in self._present() for name, value in child.facts.items()}
        about = {name: value for child in self._children for name, value in child.about.items()}
        missing = [each._asdict() for each in self._missing(facts)]
        self._held.note({"duties": duties, "about": about, "facts": facts, "unavailable": missing})

    def _missing(self, facts: JsonObject) -> list[Unavailable]:
        """Of a server that is ready; one that is starting has told nothing yet."""
        unbuilt = self._plan.page and "url" in facts and PAGE not in facts
        trouble = self._mounting.trouble if self._mounting is not None else None
        return [*([UNBUILT] if unbuilt else []), *([trouble] if trouble else [])]

    def _present(self) -> list[Child]:
        """Without a mount that cannot be, or that somebody took away: nothing is wrong then."""
        trouble = self._mounting.trouble if self._mounting is not None else None
        return [each for each in self._children if each.duty != "mount" or (each.state != "ended" and not trouble)]

    def duty_ended(self, ended: Ended) -> None:
        self._teller.ended(ended)

    async def _bring_up(self, keep_up: Callable[[], Awaitable[None]], server: Child) -> None:
        """A new instance is made by one process: the other would meet half a database. Later both start at once."""
        if self._plan.is_new:
            await server.opened.wait()
        await keep_up()

    async def _tell(self, server: Child, agent: Child) -> None:
        await server.opened.wait()
        self._teller.started({**server.about, "new": self._plan.is_new})
        await server.ready.wait()
        await agent.ready.wait()
        facts = {**server.facts, **agent.facts}
        unavailable = [each for each in self._missing(facts) if each.what != "mount"]
        if self._mounting is not None:
            trouble = await self._mounting.known()
            unavailable += [trouble] if trouble is not None else []
            facts |= self._mounting.child.facts
        # What is told to a person asks the server for a link.
        tell = partial(self._teller.ready, facts, self._plan.watched, unavailable)
        await trio.to_thread.run_sync(tell, abandon_on_cancel=True)
        readiness.tell(readiness.READY)
        await self._follow()

    async def _follow(self) -> None:
        """Until everything that is watched has been looked through once; with `--once` that is the end."""
        heard = quiet_since = trio.current_time()
        quiet = 0
        while quiet < QUIET_POLLS:
            progress = await self._ask()
            now = trio.current_time()
            if progress is None:
                if now - heard > SILENT_S:
                    self._teller.silent()
                    break
            else:
                heard = now
                quiet_since = quiet_since if quiet else now
                quiet = quiet + 1 if progress.is_quiet else 0
                self._teller.progress(progress)
                if quiet == QUIET_POLLS:
                    self._teller.indexed(await self._ask(with_bytes=True) or progress, quiet_since - self._began)
                    break
            await trio.sleep(POLL_S)
        if self._plan.once:
            self._stop.set()

    async def _ask(self, *, with_bytes: bool = False) -> Progress | None:
        """None while the agent does not answer: it may be starting again. Bytes are added up, which takes a moment."""
        more: dict[str, Json] = {"bytes": True} if with_bytes else {}
        ask = partial(ask_agent, self._plan.agent_socket, "status", timeout_s=5.0, **more)
        try:
            return read_progress(await trio.to_thread.run_sync(ask, abandon_on_cancel=True))
        except (MosaicError, OSError):
            return None

    async def _obey(self, signals: AsyncIterator[int]) -> None:
        terminal = Terminal()
        while await anext(signals) == signal.SIGHUP and not terminal.is_gone():
            for child in self._children:
                child.hang_up()
        self._stop.set()
        while await anext(signals) == signal.SIGHUP:
            pass
        for child in self._children:
            child.stop(signal.SIGKILL)
        os._exit(INTERRUPTED)

    async def _end(self, duties: trio.Nursery) -> None:
        """Ask all at once; who has not ended when patience does is killed. Then nothing of ours runs any more."""
        self._teller.stopping()
        readiness.tell(readiness.STOPPING)
        for child in self._children:
            child.stop()
        with trio.move_on_after(PATIENCE_S):
            for child in self._children:
                await child.gone.wait()
        for child in self._children:
            child.stop(signal.SIGKILL)
        duties.cancel_scope.cancel()


async def _stay_alive() -> None:
    """A loop that is stuck feeds no watchdog."""
    while (between_s := readiness.watchdog_s()) is not None:
        readiness.tell(readiness.ALIVE)
        await trio.sleep(between_s)
