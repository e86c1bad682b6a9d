"""One event that waits for one plugin, and which event it is. Values only.

A plugin hears of differences between what it has seen of a subject and what is there now. So events that come while one
waits fold into one, and a feed that is read twice says nothing twice.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

Status = Literal["pending", "in_flight", "acked", "failed"]
Known = Literal["unknown", "current", "stale", "absent"]


class Family(NamedTuple):
    """Events that take each other's place. `is_kept`: what a plugin has seen is remembered."""

    name: str
    added: str
    modified: str
    moved: str
    gone: str
    is_kept: bool = True

    @property
    def events(self) -> frozenset[str]:
        return frozenset(filter(None, (self.added, self.modified, self.moved, self.gone)))


FILE = Family("file", "file.added", "file.modified", "file.moved", "file.deleted")
ACCESS = Family("access", "access.updated", "access.updated", "", "", is_kept=False)
LABELS = Family("label_file", "label.assigned", "label.assigned", "", "label.removed", is_kept=False)
DIRECTORY = Family("dir", "vfs.directory.created", "vfs.directory.modified", "", "vfs.directory.deleted")
LABEL_RULE = Family("label_rule", "label.rule.created", "label.rule.modified", "", "label.rule.deleted")
SYNC = Family("sync", "sync.started", "", "", "sync.completed", is_kept=False)

FAMILIES = {each.name: each for each in (FILE, ACCESS, LABELS, DIRECTORY, LABEL_RULE, SYNC)}
"""By the prefix of the documents that they come from, but for `sync`."""


class Seen(NamedTuple):
    """What a plugin was shown of a subject, whether it had something to say, and by which version of its facts."""

    stamp: str
    path: str = ""
    annotated: bool = False
    version: int = 0


class News(NamedTuple):
    """What the feed says of a subject, for one plugin.

    `subject` is the UUID of a file, or the id of another document. `wanted` is False where only a plugin that saw the
    file is to hear of it. `annotation` is what is known of the plugin's facts; only a full sync looks at them.
    """

    subject: str
    family: Family
    gone: bool
    stamp: str = ""
    path: str = ""
    node_id: str = ""
    payload: bytes = b"{}"
    rules: tuple[str, ...] = ()
    wanted: bool = True
    annotation: Known = "unknown"


class Job(NamedTuple):
    """`before` is what the plugin had seen when the job was taken."""

    id: int
    plugin_name: str
    sequence: int
    event_type: str
    family: Family
    node_id: str
    subject: str
    path: str
    stamp: str
    payload: bytes
    rules: tuple[str, ...]
    attempts: int
    created_at: str
    last_error: str = ""
    before: Seen | None = None

    @property
    def gone(self) -> bool:
        return self.event_type == self.family.gone


def event_of(news: News, seen: Seen | None, waiting: str, events: Collection[str], *, sync: bool, again: bool) -> str:
    """Which event tells the plugin how it is now; empty where there is nothing to tell.

    `waiting` is the event that waits already. `again`: a full sync asks although nothing differs.
    """
    family = news.family
    if news.gone:
        return family.gone if waiting or seen is not None or not family.is_kept else ""
    if not news.wanted and seen is None:
        return ""
    if seen is None or not family.is_kept:
        return family.added
    content, place = seen.stamp != news.stamp, seen.path != news.path
    if sync and (content or place or again):
        return family.added
    if content and (family.modified in events or not place):
        return family.modified
    if content or place:
        return family.moved or family.modified
    return family.modified if waiting == family.gone else waiting


def is_again(news: News, seen: Seen | None, version: int, *, force: bool) -> bool:
    """Whether a full sync asks once more about what the plugin has seen as it is."""
    if force or seen is None:
        return True
    if not seen.annotated:
        return False
    return news.annotation in ("stale", "absent") or seen.version != version


def folded(before: str, after: str, family: Family) -> str:
    """Of two events of a subject the plugin has heard none: which one tells both."""
    if after == family.gone:
        return after
    if before == family.gone:
        return family.modified
    if family.added in (before, after):
        return family.added
    return after if before == after else family.modified
