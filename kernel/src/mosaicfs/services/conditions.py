"""What the owner should know of this node, as documents: one for each condition, from its onset to its end.

Whoever observes something calls and goes on; a task writes. What is folded and when it is due is in `condition_queue`,
what a document then says in `condition_life`. Channels that reach a person read the documents and are elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import time
from typing import NoReturn

import structlog
import trio

from mosaicfs import wire
from mosaicfs.errors import GiveUpError, MosaicError
from mosaicfs.model.condition import (
    BUILT_IN,
    DAY_S,
    FOR_A_DAY,
    GRAVITY,
    MOST_ACTIVE,
    MOST_OF_A_PLUGIN,
    ONE_SHOT,
    TOO_MANY,
    name_of,
)
from mosaicfs.model.document import Document
from mosaicfs.model.ids import notification_id
from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.notification import Notification, Remedy, Reporter, Severity
from mosaicfs.model.questions import Key, Notifications
from mosaicfs.model.retry import wait_after
from mosaicfs.model.role import node_role
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock, instant, now_text
from mosaicfs.services.condition_life import Observation, cleared, observed, status_of
from mosaicfs.services.condition_queue import Due, Known, Waiting
from mosaicfs.services.condition_words import allowed_actions, is_plugin_key, message_text, title_text
from mosaicfs.services.revising import revise
from mosaicfs.services.waking import Wake

REEXAMINED_S = 5 * 60.0
"""What a part of this process has not observed again so long after the start does not hold any more."""

_log = structlog.get_logger(component="notices")


class Conditions:
    """Those of one node. Made before there is a store: what is told meanwhile waits for `run`."""

    def __init__(self, node_id: str, *, clock: Clock = time) -> None:
        self.node_id = node_id
        self._clock = clock
        self._waiting = Waiting()
        self._wake = Wake()
        self._components: set[str] = set()
        self._seen: set[str] = set()
        self._failures = 0

    def of(self, component: str) -> LastingNotices:
        """For a part of the program; its keys stand as they are."""
        self._components.add(component)
        return _OfPart(self, component)

    def of_plugin(self, plugin: str) -> LastingNotices:
        """For a plugin; its keys begin with its name, whatever it says, but for the few conditions of `BUILT_IN`."""
        own = {name: _OfPart(self, component) for name, component in BUILT_IN.get(plugin, {}).items()}
        return _OfPlugin(_OfPart(self, f"plugin:{plugin}"), plugin, self.node_id, own)

    # --- what may be called from anywhere ------------------------------------------------------------------------

    def observe(self, component: str, key: str, seen: Observation) -> None:
        self._seen.add(key)
        self._waiting.observe(key, component, seen)
        self._wake.call()

    def clear(self, component: str, key: str) -> None:
        self._waiting.clear(key, component)
        self._wake.call()

    def holds(self, key: str) -> bool:
        return self._waiting.holds(key)

    def is_raised(self, key: str) -> bool:
        """Whether it is written."""
        return self._waiting.is_raised(key)

    # --- what writes ---------------------------------------------------------------------------------------------

    async def load(self, store: Store) -> None:
        """What the last run has left. Before it, nothing is known to hold."""
        after: Key | None = None
        while True:
            answer = await store.ask(Notifications(node_id=self.node_id), after=after)
            for document in answer.documents:
                self._learn(document)
            after = answer.next
            if after is None:
                return

    async def run(self, store: Store) -> NoReturn:
        """After `load`. Errors of the store are waited out; nothing that was told is lost meanwhile."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._look_again, store)
            while True:
                if await self._write_due(store, self._waiting.due(trio.current_time())):
                    await self._wake.wait(self._waiting.next_due() - trio.current_time())
                else:
                    await trio.sleep(wait_after(self._failures))

    async def flush(self, store: Store) -> None:
        """Everything but what has not held for long enough; once, without waiting for better times."""
        await self._write_due(store, self._waiting.due(trio.current_time(), early=True))

    async def _write_due(self, store: Store, dues: Sequence[Due]) -> bool:
        for due in dues:
            try:
                await self._write(store, due)
            except GiveUpError as error:
                _log.error("a notice cannot be written", condition=due.key, error=str(error))
                self._waiting.done(due)
            except MosaicError as error:
                self._failures += 1
                _log.warning("notices wait for the store", attempt=self._failures, error=str(error))
                return False
        self._failures = 0
        return True

    async def _write(self, store: Store, due: Due) -> None:
        if self._is_one_too_many(due):
            self._waiting.done(due)
            return
        doc_id = notification_id(self.node_id, due.key)
        source = Reporter(node_id=self.node_id, component=due.component)

        def decide(before: Notification | None) -> Notification | None:
            return _after(before, source, due, now_text(self._clock))

        # A stop between the commit and `done` would have the same occurrences counted again.
        with trio.CancelScope(shield=True):
            noun = await revise(store, doc_id, node_role(self.node_id), Notification, decide)
        self._waiting.done(due, None if noun is None else _known(noun, trio.current_time()))
        if self.holds(TOO_MANY) and len(self._waiting.raised()) < MOST_ACTIVE:
            self.clear("store", TOO_MANY)

    def _is_one_too_many(self, due: Due) -> bool:
        """Errors are always told; of the rest, those that come last are left out."""
        new = next((step for step in due.steps if step is not None), None)
        if new is None or due.key == TOO_MANY or self._waiting.is_raised(due.key):
            return False
        if due.component.startswith("plugin:") and len(self._waiting.raised(due.component)) >= MOST_OF_A_PLUGIN:
            _log.info("a plugin has too many notices at once", component=due.component, condition=due.key)
            return True
        if len(self._waiting.raised()) < MOST_ACTIVE:
            return False
        self.observe("store", TOO_MANY, _TOO_MANY)
        return new.severity != "error"

    def _learn(self, document: Document) -> None:
        """What this process has written since it knows better than a document that was read before."""
        noun = wire.decode(document.id, document.body)
        if isinstance(noun, Notification) and not self._waiting.knows(noun.condition_key):
            self._waiting.learn(noun.condition_key, _known(noun))

    # --- what ends without being told ----------------------------------------------------------------------------

    async def _look_again(self, store: Store) -> None:
        """Who has lost the database has been given back by then what it said before."""
        await trio.sleep(REEXAMINED_S)
        with suppress(MosaicError):
            await self.load(store)
        for key, known in self._waiting.raised().items():
            lasts = name_of(key) in ONE_SHOT | FOR_A_DAY
            if known.component in self._components and key not in self._seen and not lasts:
                self.clear(known.component, key)
        while True:
            self._end_those_of_a_day()
            await trio.sleep(REEXAMINED_S)

    def _end_those_of_a_day(self) -> None:
        for key, known in self._waiting.raised().items():
            if name_of(key) in FOR_A_DAY and self._clock() - known.last_seen >= DAY_S:
                self.clear(known.component, key)


@dataclass(frozen=True, slots=True)
class _OfPart:
    conditions: Conditions
    component: str

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        allowed = allowed_actions(actions, self.conditions.node_id)
        seen = Observation(severity, title_text(title), message_text(message), allowed)
        self.conditions.observe(self.component, key, seen)

    def clear(self, key: str) -> None:
        self.conditions.clear(self.component, key)

    def holds(self, key: str) -> bool:
        return self.conditions.holds(key)


@dataclass(frozen=True, slots=True)
class _OfPlugin:
    """A stranger may hand over anything; it is told in the log, never to the caller."""

    part: _OfPart
    plugin: str
    node_id: str
    built_in: Mapping[str, _OfPart]

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        if severity not in GRAVITY or (place := self._place(key)) is None:
            _log.warning("a notice of a plugin is left out", plugin=self.plugin, condition=key, severity=severity)
            return
        try:
            part, whole_key = place
            allowed = allowed_actions(actions, self.node_id, "" if part is not self.part else self.plugin)
            part.observe(whole_key, severity, title, message, allowed)
        except (TypeError, AttributeError) as error:
            _log.warning("a notice of a plugin makes no sense", plugin=self.plugin, condition=key, error=str(error))

    def clear(self, key: str) -> None:
        if place := self._place(key):
            part, whole_key = place
            part.clear(whole_key)

    def holds(self, key: str) -> bool:
        place = self._place(key)
        return place is not None and place[0].holds(place[1])

    def _place(self, key: str) -> tuple[_OfPart, str] | None:
        """Whose condition it is, and its whole key; None for a key that may not be."""
        if (part := self.built_in.get(name_of(key))) is not None:
            return part, key
        return (self.part, f"plugin:{self.plugin}:{key}") if is_plugin_key(key) else None


def _after(before: Notification | None, source: Reporter, due: Due, now: str) -> Notification | None:
    """All that was told, one after the other. None where nothing is to be said."""
    noun = before
    for step in due.steps:
        noun = cleared(noun, now) or noun if step is None else observed(noun, source, due.key, step, now)
    return noun


def _known(noun: Notification, written_at: float = float("-inf")) -> Known:
    over = status_of(noun) == "resolved"
    return Known(noun.source.component, noun.severity, over, instant(noun.last_seen) / 1e6, written_at)


_TOO_MANY = Observation(
    "warning",
    "Too many notifications",
    f"More than {MOST_ACTIVE} conditions hold on this node at once. Those that came last are left out unless they are "
    "errors. Settle some of the others, and they will be shown.",
)
