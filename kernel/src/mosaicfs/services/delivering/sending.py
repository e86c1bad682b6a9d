"""One channel: its messages go one after the other, each until it was delivered, refused, or a day is over.

What is tried again keeps its place, so that the end of a condition never comes before its beginning.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

import structlog
import trio

from mosaicfs import wire
from mosaicfs.errors import AskOwnerError, MosaicError, SourceUnavailableError, TryLaterError
from mosaicfs.model.channel import quiet_until
from mosaicfs.model.condition import DAY_S
from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.notification import Delivery, Notice, Notification
from mosaicfs.model.retry import wait_after
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock, instant
from mosaicfs.plugin_host.dispatch import Reply
from mosaicfs.services.condition_life import status_of
from mosaicfs.services.delivering.bundling import Plan, Waiting, plan
from mosaicfs.services.delivering.channels import Channel
from mosaicfs.services.delivering.choosing import failed_key
from mosaicfs.services.delivering.ledger import Ledger, Message, Underway
from mosaicfs.services.delivering.transitions import HOUR_S
from mosaicfs.services.delivering.wording import Wording
from mosaicfs.services.waking import Wake

LONGEST_WAIT_S = 600.0
"""The wall clock may jump, and hours end by it."""

LEAST_WAIT_S = 0.01
"""The two clocks do not agree to the last digit."""

_log = structlog.get_logger(component="notify")


class NotifyHook(Protocol):
    async def notify(self, notice: Notice, channels: Collection[str]) -> list[Reply[Delivery]]: ...


@dataclass(slots=True)
class Sending:
    """`channel` may be replaced by one of the same name at any time; `wake` is called when there is more to send."""

    channel: Channel
    store: Store
    ledger: Ledger
    hooks: NotifyHook
    notices: LastingNotices
    wording: Wording
    clock: Clock
    wake: Wake = field(default_factory=Wake)

    @property
    def name(self) -> str:
        return self.channel.name

    async def run(self) -> NoReturn:
        while True:
            at = await self._step()
            await self.wake.wait(min(max(LEAST_WAIT_S, at - self.clock()), LONGEST_WAIT_S))

    async def _step(self) -> float:
        """Send what is due, and say when more will be."""
        while True:
            underway = await self.ledger.first_underway(self.name)
            if underway is None:
                planned = await self._plan()
                if not planned.messages:
                    return planned.wait_until
                continue
            at = self._may_be_sent(underway)
            if at > self.clock():
                return at
            await self._send(underway)

    # --- from transitions to messages -----------------------------------------------------------------------------

    async def _plan(self) -> Plan:
        now = self.clock()
        nouns: dict[str, Notification] = {}
        rows = []
        for row in await self.ledger.waiting(self.name):
            noun = nouns.get(row.doc_id) or await self._noun(row.doc_id)
            if noun is None:
                await self.ledger.leave_out([row.row])
                continue
            nouns[row.doc_id] = noun
            rows.append(row._replace(is_over=_is_over(row, noun)))
        sent = await self.ledger.sent_since(self.name, now - HOUR_S)
        planned = plan(rows, self.channel.options, now, sent)
        await self.ledger.hold([(row.row, held) for row, held in planned.hold])
        await self.ledger.leave_out([row.row for row in planned.left_out])
        messages = [Message(self._notice(rows, nouns), tuple(row.row for row in rows)) for rows in planned.messages]
        await self.ledger.begin(self.name, messages, now)
        return planned

    def _notice(self, rows: tuple[Waiting, ...], nouns: dict[str, Notification]) -> Notice:
        hide_names = self.channel.options.hide_names
        if len(rows) == 1:
            return self.wording.of_one(rows[0], nouns[rows[0].doc_id], hide_names=hide_names)
        return self.wording.of_many(rows, [nouns[row.doc_id] for row in rows], hide_names=hide_names)

    async def _noun(self, doc_id: str) -> Notification | None:
        document = await self.store.get(doc_id)
        if document is None or document.deleted:
            return None
        noun = wire.decode(document.id, document.body)
        return noun if isinstance(noun, Notification) else None

    # --- from messages to the channel -----------------------------------------------------------------------------

    def _may_be_sent(self, underway: Underway) -> float:
        """Also what failed before the quiet began waits for its end."""
        options, now = self.channel.options, self.clock()
        over = quiet_until(options, now)
        if over is not None and not (options.quiet_errors and underway.notice.notification.severity == "error"):
            return over
        return min(underway.next_try, now + LONGEST_WAIT_S)

    async def _send(self, underway: Underway) -> None:
        replies = await self.hooks.notify(underway.notice, (self.name,))
        if not replies:
            away = SourceUnavailableError(f"The channel {self.name}", "it cannot be asked now")
            await self._judge(underway, away)
        else:
            await self._judge(underway, replies[0].error)

    async def _judge(self, underway: Underway, error: MosaicError | None) -> None:
        now = self.clock()
        if error is None:
            # A stop between the sending and this would send it again.
            with trio.CancelScope(shield=True):
                await self.ledger.end(underway.delivery_id, "sent", now)
            await self.cleared()
        elif isinstance(error, TryLaterError | AskOwnerError) and now - underway.created_at < DAY_S:
            if isinstance(error, AskOwnerError):
                await self.failed(f"It is paused: {error} What it has not delivered waits for a day.")
            asked_s = error.retry_after_s if isinstance(error, TryLaterError) else None
            await self.ledger.try_again(underway.delivery_id, now + wait_after(underway.attempts + 1, asked_s))
        else:
            await self.ledger.end(underway.delivery_id, str(error), now)
            _log.info("a message is given up", channel=self.name, delivery=underway.delivery_id, cause=str(error))
            await self.failed(f"It gave up on “{underway.notice.notification.title}”: {error}")

    async def failed(self, text: str) -> None:
        await self.ledger.trouble(self.name, text)
        self.notices.observe(failed_key(self.name), "warning", "A channel does not deliver", told(self.name, text))

    async def cleared(self) -> None:
        if self.notices.holds(failed_key(self.name)):
            await self.ledger.trouble(self.name, "")
            self.notices.clear(failed_key(self.name))


def told(channel: str, text: str) -> str:
    return f"Messages through {channel} do not arrive. {text} Try it with: mosaicfs plugins test"


def _is_over(row: Waiting, noun: Notification) -> bool:
    return instant(noun.activated_at) != row.activated_at or status_of(noun) == "resolved"
