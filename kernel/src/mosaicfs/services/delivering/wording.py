"""The words of messages: one condition, many in one, a test; and what is left out of them where names are to be hidden.

A message carries no action that changes something, only one link that opens a page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from msgspec import structs

from mosaicfs.model.condition import GRAVITY
from mosaicfs.model.ids import new_uuid, notification_id
from mosaicfs.model.notification import Notice, Notification, Reporter, Sender, Severity
from mosaicfs.model.times import Clock, now_text
from mosaicfs.services.condition_life import status_of
from mosaicfs.services.condition_words import title_text
from mosaicfs.services.delivering.bundling import Waiting

HIDDEN = "…"
MOST_TITLES = 10
PAGE = "/notifications"

_quoted = re.compile(r"“[^”]*”|„[^“]*“|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")
_path = re.compile(r"(?<![\w/])(?:/|~/|[A-Za-z]:\\)[^\s,;:]+")


class Wording:
    """Of one instance, as this node knows it. `sender` may be changed."""

    def __init__(self, node_id: str, clock: Clock) -> None:
        self.node_id = node_id
        self.sender = Sender()
        self._clock = clock

    def of_one(self, row: Waiting, noun: Notification, *, hide_names: bool) -> Notice:
        shown = _shown(row, noun)
        if row.returns:
            again = "It has come and gone several times within an hour; the next hour is silent about it."
            title = title_text(f"Keeps coming back: {shown.title}")
            shown = structs.replace(shown, title=title, message=f"{shown.message}\n{again}")
        thread = _thread(self.sender, row.doc_id)
        link = "" if hide_names else _page(shown)
        shown = without_names(shown) if hide_names else shown
        doc_id = notification_id(shown.source.node_id, shown.condition_key)
        return self._notice(doc_id, shown, row.transition, thread, link)

    def of_many(self, rows: Sequence[Waiting], nouns: Sequence[Notification], *, hide_names: bool) -> Notice:
        """The last word about each condition, gravest first."""
        last = {row.doc_id: _shown(row, noun) for row, noun in zip(rows, nouns, strict=True)}
        ordered = sorted(last.values(), key=lambda noun: (noun.status == "resolved", -GRAVITY[noun.severity]))
        shown = [without_names(noun) if hide_names else noun for noun in ordered]
        gravest = max((noun.severity for noun in shown), key=GRAVITY.__getitem__)
        summed = self._made("summary", gravest, _heading(shown), "\n".join(_lines(shown)))
        thread = _thread(self.sender, f"summary {new_uuid(self._clock)}")
        notice = self._notice(notification_id(self.node_id, "summary"), summed, "summary", thread)
        return structs.replace(notice, notifications=tuple(shown))

    def of_test(self, channel: str) -> Notice:
        message = f"This message was asked for. What reaches you here is sent through the channel {channel}."
        noun = self._made("test", "info", "Test message", message)
        return self._notice(
            notification_id(self.node_id, "test"), noun, "test", _thread(self.sender, f"test {channel}")
        )

    def _made(self, key: str, severity: Severity, title: str, message: str) -> Notification:
        now = now_text(self._clock)
        return Notification(
            condition_key=key,
            source=Reporter(node_id=self.node_id, component="notices"),
            severity=severity,
            status="active",
            title=title,
            message=message,
            first_seen=now,
            last_seen=now,
            activated_at=now,
            occurrence_count=1,
        )

    def _notice(self, doc_id: str, noun: Notification, transition: str, thread: str, page: str = "") -> Notice:
        link = f"{self.sender.url}{page or PAGE}" if self.sender.url else ""
        return Notice(
            id=doc_id,
            notification=noun,
            transition=transition,
            delivery_id=new_uuid(self._clock),
            sent_at=now_text(self._clock),
            thread=thread,
            link=link,
            sender=self.sender,
        )


def without_names(noun: Notification) -> Notification:
    """What a condition is about stays at home, wherever it stands in the words."""
    name, *rest = noun.condition_key.split(":")
    detail = noun.condition_key.partition(":")[2]
    kept = ":".join([name, *rest[:2]]) if name == "plugin" else name
    detail = "" if name == "plugin" else detail
    return structs.replace(
        noun,
        condition_key=kept,
        title=_hidden(noun.title, detail),
        message=_hidden(noun.message, detail),
        actions=None,
    )


def _hidden(text: str, detail: str) -> str:
    if detail:
        text = text.replace(detail, HIDDEN)
    return _path.sub(HIDDEN, _quoted.sub(HIDDEN, text))


def _shown(row: Waiting, noun: Notification) -> Notification:
    """The document may be at its next episode by now; the end of the one before is told as an end."""
    return structs.replace(noun, status="resolved" if row.transition == "resolved" else status_of(noun))


def _heading(nouns: Sequence[Notification]) -> str:
    holding = Counter(noun.severity for noun in nouns if noun.status != "resolved")
    over = sum(noun.status == "resolved" for noun in nouns)
    parts = [
        f"{count} {severity}{'' if count == 1 or severity == 'info' else 's'}" for severity, count in _graded(holding)
    ]
    return f"{', '.join([*parts, *([f'{over} over'] if over else [])])}"


def _graded(counts: Counter[Severity]) -> list[tuple[Severity, int]]:
    return sorted(counts.items(), key=lambda pair: -GRAVITY[pair[0]])


def _lines(nouns: Sequence[Notification]) -> list[str]:
    lines = [
        f"{'over' if noun.status == 'resolved' else noun.severity}: {noun.title} ({noun.source.node_id})"
        for noun in nouns
    ]
    more = len(lines) - MOST_TITLES
    return lines if more <= 0 else [*lines[:MOST_TITLES], f"and {more} more"]


def _page(noun: Notification) -> str:
    """Where something can be done about it, or all are listed."""
    return next((action.page for action in noun.actions or () if action.page), PAGE)


def _thread(sender: Sender, about: str) -> str:
    return sha256(f"{sender.instance_id}\n{about}".encode()).hexdigest()[:32]
