"""One duty as a child process that is kept up: started, listened to, started again by the retry rule, and ended.

A duty that never came up for a reason that only a person can change ends the whole; one that fell over later is put up
again, and the others do not notice. What its events mean to a person is told elsewhere.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import time
from typing import Literal, NamedTuple, Protocol

import trio

from mosaicfs.model.json import JsonObject
from mosaicfs.model.retry import LONGEST_S, wait_after
from mosaicfs_cli.errors import DutyEndedError
from mosaicfs_cli.supervising.log_file import LogFile

TRY_LATER = frozenset({8, 9, 10})
"""Exit codes of a start that may succeed next time."""

KILL_AFTER_S = 5.0
MUCH = 1 << 20

State = Literal["starting", "running", "waiting", "ended"]


class Ended(NamedTuple):
    duty: str
    exit_code: int
    retry_s: float
    why: str = ""

    @property
    def how(self) -> str:
        if self.exit_code >= 0:
            return f"exit code {self.exit_code}"
        return f"killed by {signal.Signals(-self.exit_code).name}"


class Observer(Protocol):
    def duty_changed(self) -> None: ...

    def duty_ended(self, ended: Ended) -> None: ...


class Command(NamedTuple):
    """What to run; `life` is the descriptor whose end tells the child that we are gone."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    life: int


@dataclass(slots=True)
class Child:
    """`command` is asked at each start, with the facts of the last life.

    `moves_on` is asked when it ended, with this exit code, before it ever came up: whether the next start may succeed.
    One that `may_leave` is not started again when it ended well: somebody wanted it to.
    """

    duty: str
    command: Callable[[JsonObject], Command]
    log: LogFile
    observer: Observer
    moves_on: Callable[[int], bool] = lambda code: False
    may_leave: bool = False
    state: State = "starting"
    since: float = field(default_factory=time)
    pid: int = 0
    about: JsonObject = field(default_factory=dict)
    facts: JsonObject = field(default_factory=dict)
    opened: trio.Event = field(default_factory=trio.Event)
    ready: trio.Event = field(default_factory=trio.Event)
    gone: trio.Event = field(default_factory=trio.Event)
    """Told to end, and not running."""

    _process: trio.Process | None = None
    _stopping: bool = False

    async def keep_up(self) -> None:
        failures = 0
        while True:
            began = trio.current_time()
            code = await self._live()
            if self.is_stopping:
                break
            if self.may_leave and code == 0:
                self._set("ended")
                break
            if not self.ready.is_set() and self.moves_on(code):
                continue
            self._refuse_what_never_came_up(code)
            failures = 1 if trio.current_time() - began > LONGEST_S else failures + 1
            words = self.log.last_words()
            ended = Ended(self.duty, code, wait_after(failures), words.sentence if words else "")
            self._set("waiting")
            self.observer.duty_ended(ended)
            await trio.sleep(ended.retry_s)
        self.gone.set()

    @property
    def is_stopping(self) -> bool:
        return self._stopping

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end and not to come back."""
        self._stopping = True
        if self._process and self._process.returncode is None:
            self._process.send_signal(by)
        else:
            self.gone.set()

    def hang_up(self) -> None:
        """Let it read its configuration again; one that is not up yet reads it at its start."""
        if self._process and self._process.returncode is None and self.state == "running":
            self._process.send_signal(signal.SIGHUP)

    async def _live(self) -> int:
        """One life, from its start to its exit code. Whoever cancels us waits until it is gone."""
        self._set("starting")
        command = self.command(self.facts)
        log = self.log.open()
        try:
            self._process = process = await trio.lowlevel.open_process(
                list(command.arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=command.environment,
                pass_fds=(command.life,),
                process_group=0,  # Ctrl-C reaches the supervisor alone, which then ends them in order
            )
        finally:
            os.close(log)
        self.pid = process.pid
        self.observer.duty_changed()
        try:
            if self._stopping:  # told while it was being made
                process.terminate()
            assert process.stdout
            async for event in _events(process.stdout):
                self._hear(event)
            return await process.wait()
        finally:
            await _end(process)
            self.pid = 0

    def _hear(self, event: JsonObject) -> None:
        facts = {name: value for name, value in event.items() if name != "event"}
        if event.get("event") == "started":
            self.about = facts
            self.opened.set()
        elif event.get("event") == "ready":
            self.facts = facts
            self._set("running")
            self.ready.set()

    def _set(self, state: State) -> None:
        self.state, self.since = state, time()
        self.observer.duty_changed()

    def _refuse_what_never_came_up(self, code: int) -> None:
        if self.ready.is_set() or code <= 0 or code in TRY_LATER:
            return
        words = self.log.last_words()
        raise DutyEndedError(
            self.duty, words.exit_code if words else code, words.sentence if words else "", self.log.path
        )


async def _events(stdout: trio.abc.ReceiveStream) -> AsyncIterator[JsonObject]:
    """The objects that a duty prints, one a line; whatever else it prints is none of them."""
    rest = b""
    async for some in stdout:
        *lines, rest = (rest + some).split(b"\n")
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                yield event
        rest = rest[-MUCH:]


async def _end(process: trio.Process) -> None:
    if process.returncode is not None:
        return
    with trio.CancelScope(shield=True):
        process.terminate()
        with trio.move_on_after(KILL_AFTER_S):
            await process.wait()
            return
        process.kill()
        await process.wait()
