"""Follows the notifications of the whole instance in the local store, and hands each channel of this node what is its.

It looks again whenever something was committed, and when a grace or a reminder is due; the ledger knows what was told,
so a look that is missed or made twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import time
from typing import NoReturn

import structlog
import trio

from mosaicfs import wire
from mosaicfs.errors import MosaicError, OptionsError
from mosaicfs.model.condition import DAY_S
from mosaicfs.model.json import JsonObject
from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.notification import Notification, Sender, Severity
from mosaicfs.model.plugin_item import PluginItem
from mosaicfs.model.questions import Key, Notifications
from mosaicfs.model.requests import TellProgress
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock, instant
from mosaicfs.plugin_host.hooks import Hooks
from mosaicfs.services.delivering.channels import Channel, channels_of
from mosaicfs.services.delivering.choosing import chooses, failed_key
from mosaicfs.services.delivering.ledger import Ledger
from mosaicfs.services.delivering.sending import Sending
from mosaicfs.services.delivering.transitions import Due, Entered, Episode, due, next_look
from mosaicfs.services.delivering.wording import Wording

TEST = "plugin_check"
"""What a request for a test message is called."""

PAUSE_S = 1.0
IDLE_S = 30.0
LOOKED_BACK_S = DAY_S + 3_600.0
PURGED_EVERY_S = 3_600.0

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")

_log = structlog.get_logger(component="notify")


@dataclass(slots=True)
class Delivering:
    """`sender_of` says what the messages are of; `forgive` lets a channel that was paused be asked again."""

    node_id: str
    ledger: Ledger
    hooks: Hooks
    notices: LastingNotices
    sender_of: Callable[[Store], Awaitable[Sender]]
    forgive: Callable[[str], None] = lambda _: None
    items: Callable[[], Sequence[PluginItem]] = tuple
    clock: Clock = time
    _wording: Wording = field(init=False)
    _seen: dict[tuple[str, int], float] = field(default_factory=dict)
    _sendings: dict[str, tuple[Sending, trio.CancelScope]] = field(default_factory=dict)
    _purged_at: float = 0.0

    def __post_init__(self) -> None:
        self._wording = Wording(self.node_id, self.clock)

    async def run(self, store: Store) -> NoReturn:
        """Until cancelled."""
        self._sendings.clear()
        try:
            async with trio.open_nursery() as nursery:
                while True:
                    since = (await store.info()).update_seq
                    at = await self._look(store, nursery)
                    await trio.sleep(PAUSE_S)
                    await store.wait_until_changed(since, min(max(0.0, at - self.clock()), IDLE_S))
        finally:
            await self.ledger.close()

    async def test(self, args: JsonObject, _: TellProgress) -> JsonObject:
        """How a plugin fares; a channel sends a test message at once, whatever its rules say."""
        name = str(args.get("plugin"))
        is_channel = name in channels_of(self.hooks)
        sent = await self._tried(name) if is_channel else {}
        item = next((each for each in self.items() if each.name == name), None)
        if item is None:
            text = f"No plugin {name} is installed on this node or set up for it."
            return {"standing": "missing", "installed": False, "settings_ok": False, "last_error": text}
        reason: JsonObject = {"last_error": item.reason} if item.reason else {}
        installed = item.standing not in ("missing", "refused")
        fares: JsonObject = {"standing": item.standing, "installed": installed, "settings_ok": installed}
        return {**fares, **reason, **sent}

    async def _tried(self, name: str) -> JsonObject:
        self.forgive(name)
        replies = await self.hooks.notify(self._wording.of_test(name), (name,))
        error = replies[0].error if replies else f"The channel {name} cannot be asked now."
        if error is not None:
            is_ok = not isinstance(error, OptionsError)
            return {"delivered": False, "settings_ok": is_ok, "last_error": str(error)}
        if (sending := self._sendings.get(name)) is not None:
            await sending[0].cleared()
            await self.ledger.at_once(name)
            sending[0].wake.call()
        answer = replies[0].answer
        return {"delivered": answer is not None and answer.delivered}

    # --- channels -------------------------------------------------------------------------------------------------

    async def _follow_channels(self, store: Store, nursery: trio.Nursery) -> Mapping[str, Channel]:
        channels = channels_of(self.hooks)
        for name in self._sendings.keys() - channels.keys():
            _, scope = self._sendings.pop(name)
            scope.cancel()
            await self.ledger.trouble(name, "")
            self.notices.clear(failed_key(name))
        for name, channel in channels.items():
            if name not in self._sendings:
                await self._begin(channel, store, nursery)
            elif (sending := self._sendings[name][0]).channel != channel:
                sending.channel = channel
                await self.ledger.at_once(name)
                sending.wake.call()
        return channels

    async def _begin(self, channel: Channel, store: Store, nursery: trio.Nursery) -> None:
        sending = Sending(channel, store, self.ledger, self.hooks, self.notices, self._wording, self.clock)
        if trouble := await self.ledger.trouble_of(channel.name):
            # After a restart: it has failed, and has delivered nothing since.
            await sending.failed(trouble)
        scope = trio.CancelScope()
        self._sendings[channel.name] = (sending, scope)

        async def run() -> None:
            with scope:
                await sending.run()

        nursery.start_soon(run)

    # --- conditions -----------------------------------------------------------------------------------------------

    async def _look(self, store: Store, nursery: trio.Nursery) -> float:
        """Enter what is due for each channel, and say when to look again at the latest."""
        now = self.clock()
        self._wording.sender = await self.sender_of(store)
        channels = await self._follow_channels(store, nursery)
        if not channels:
            return now + IDLE_S
        nouns = await self._recent(store, now)
        self._seen = {key: self._seen.get(key, now) for key in map(_episode_of, nouns.items())}
        at = min([await self._look_for(channel, nouns, store, now) for channel in channels.values()])
        if now - self._purged_at > PURGED_EVERY_S:
            self._purged_at = now
            holding = {doc_id: instant(noun.activated_at) for doc_id, noun in nouns.items()}
            await self.ledger.purge(holding, now)
        return at

    async def _look_for(self, channel: Channel, nouns: Mapping[str, Notification], store: Store, now: float) -> float:
        if channel.trouble:
            await self._sendings[channel.name][0].failed(channel.trouble)
            return now + IDLE_S
        since = await self.ledger.meet(channel.name, now)
        entered = await self.ledger.entered(channel.name)
        dues: list[tuple[str, int, Due]] = []
        at = now + IDLE_S
        for doc_id, noun in {**nouns, **await self._not_ended(store, entered, nouns, now)}.items():
            episode = self._episode(channel, doc_id, noun, entered.get(doc_id, []), since)
            dues += [(doc_id, episode.began, each) for each in due(episode, channel.options, now)]
            at = min(at, next_look(episode, channel.options, now))
        if dues:
            await self.ledger.enter(channel.name, dues, now)
            self._sendings[channel.name][0].wake.call()
        return at

    def _episode(
        self, channel: Channel, doc_id: str, noun: Notification, entered: list[Entered], since: float
    ) -> Episode:
        chosen = chooses(channel.options, channel.name, self.node_id, noun)
        return Episode(noun, chosen, entered, self._seen[_episode_of((doc_id, noun))], since)

    async def _not_ended(
        self, store: Store, entered: Mapping[str, list[Entered]], nouns: Mapping[str, Notification], now: float
    ) -> dict[str, Notification]:
        """What was told and is over, but was not seen for so long that it is not among those of the last day."""
        found = {}
        for doc_id in entered.keys() - nouns.keys():
            last = entered[doc_id][-1]
            document = await store.get(doc_id) if last.transition != "resolved" else None
            noun = None if document is None or document.deleted else _decoded(document.id, document.body)
            if noun is not None:
                found[doc_id] = noun
                self._seen.setdefault(_episode_of((doc_id, noun)), now)
        return found

    async def _recent(self, store: Store, now: float) -> dict[str, Notification]:
        """All that holds, and what was over a day ago at most."""
        found: dict[str, Notification] = {}
        for status in ("active", "acknowledged"):
            await _gather(store, Notifications(status), found)
        for severity in _SEVERITIES:
            await _gather(store, Notifications("resolved", severity), found, since=now - LOOKED_BACK_S)
        return found


async def _gather(
    store: Store, asked: Notifications, into: dict[str, Notification], since: float = float("-inf")
) -> None:
    """Those last seen first, until one was not seen `since`."""
    after: Key | None = None
    while True:
        answer = await store.ask(asked, after=after)
        for document in answer.documents:
            noun = _decoded(document.id, document.body)
            if noun is not None and instant(noun.resolved_at or noun.last_seen) / 1e6 < since:
                return
            if noun is not None:
                into[document.id] = noun
        after = answer.next
        if after is None:
            return


def _decoded(doc_id: str, body: bytes) -> Notification | None:
    try:
        noun = wire.decode(doc_id, body)
    except MosaicError as trouble:
        _log.info("a notification cannot be read", document=doc_id, cause=str(trouble))
        return None
    return noun if isinstance(noun, Notification) else None


def _episode_of(pair: tuple[str, Notification]) -> tuple[str, int]:
    return pair[0], instant(pair[1].activated_at)
