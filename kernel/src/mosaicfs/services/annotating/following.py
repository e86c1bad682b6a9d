"""Reading the feed for all plugins of this node, each from where it stands; those that stand together read together.

Only what waits for plugins comes of it; who brings it to them is `delivering`. A plugin for which too much waits is not
read for until less does, and the others never notice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import time
from typing import NoReturn

import msgspec
import trio

from mosaicfs import wire
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.document import ChangePage
from mosaicfs.model.ids import annotation_id, file_id, plugin_id
from mosaicfs.model.notices import Notices
from mosaicfs.model.store import Store
from mosaicfs.model.subscription import Subscribers
from mosaicfs.model.times import Clock
from mosaicfs.services.annotating.facts import is_current
from mosaicfs.services.annotating.job import ACCESS, FILE, SYNC, Known, News
from mosaicfs.services.annotating.noticing import FileFacts, Notice, facts_in, notice_of
from mosaicfs.services.annotating.queue import Queue
from mosaicfs.services.annotating.remembering import Remembering
from mosaicfs.services.annotating.taking import Reading
from mosaicfs.services.annotating.wanting import Wanting
from mosaicfs.services.waking import Wake

PAGE = 1_000
MOST_PENDING = 100_000
FEW_PENDING = 50_000
LOOK_S = 60.0
LOOK_WHEN_FULL_S = 5.0
FULL = "plugin_queue_full"

_UNWRITTEN_ROWS = 20_000
"""Without news a position is written so seldom: a start then reads a little again, which changes nothing."""


@dataclass(slots=True, eq=False)
class Following:
    """`on_new` is told which plugin has new jobs."""

    store: Store
    node_id: str
    queue: Queue
    subscribers: Subscribers
    notices: Notices
    on_new: Callable[[str], None]
    clock: Clock = time
    remembering: Remembering | None = None
    wake: Wake = field(default_factory=Wake)
    most_pending: int = MOST_PENDING
    few_pending: int = FEW_PENDING
    _wanting: dict[str, Wanting] = field(default_factory=dict)
    _positions: dict[str, str] = field(default_factory=dict)
    _unwritten: dict[str, int] = field(default_factory=dict)
    _full: set[str] = field(default_factory=set)

    async def run(self) -> NoReturn:
        self._positions = dict(await self.queue.positions())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._hear_of_changes)
            nursery.start_soon(self._hear_of_subscribers)
            while True:
                await self._look_at_subscribers()
                if not await self.read_on():
                    await self.wake.wait(LOOK_WHEN_FULL_S if self._full else LOOK_S)
        raise AssertionError("it reads for ever")

    async def begin_anew(self, plugin_name: str) -> None:
        """A full sync has begun: read from zero. What was read and not written is read again with it."""
        self._positions[plugin_name] = "0"
        self._unwritten.pop(plugin_name, None)
        self.wake.call()

    async def _hear_of_changes(self) -> NoReturn:
        while True:
            since = (await self.store.info()).update_seq
            self.wake.call()
            await self.store.wait_until_changed(since, LOOK_S)

    async def _hear_of_subscribers(self) -> NoReturn:
        while True:
            await self.subscribers.changed()
            self.wake.call()

    # --- who reads ---------------------------------------------------------------------------------------------------

    async def _look_at_subscribers(self) -> None:
        current = self.subscribers.current()
        for name, subscription in current.items():
            known = self._wanting.get(name)
            if known is None or known.subscription != subscription:
                self._wanting[name] = Wanting(subscription, self.node_id)
            if name in self._positions and self.remembering is not None and self.remembering.is_lost(name):
                await self.queue.forget(name)
                del self._positions[name]
            if name not in self._positions:
                await self._begin(self._wanting[name])
        for name in [name for name in self._wanting if name not in current]:
            del self._wanting[name]
        for name in [name for name in self._positions if name not in current]:
            if await self._is_gone(name):
                await self.queue.forget(name)
                del self._positions[name]
                self.notices.clear(f"{FULL}:{name}")

    async def _begin(self, wanting: Wanting) -> None:
        name = wanting.subscription.plugin_name
        await self.queue.begin_sync(name, "scheduled", heard=SYNC.added in wanting.events)
        self._positions[name] = "0"
        if self.remembering is not None:
            self.remembering.begin(name)
        self.on_new(name)

    async def _is_gone(self, name: str) -> bool:
        """One that is only switched off goes on later from where it was."""
        document = await self.store.get(plugin_id(self.node_id, name))
        return document is not None and document.deleted

    # --- reading -----------------------------------------------------------------------------------------------------

    async def read_on(self) -> bool:
        """A page for each place that somebody stands at. False where there was nothing to read."""
        standing: defaultdict[str, list[Wanting]] = defaultdict(list)
        for name, wanting in self._wanting.items():
            if not await self._is_full(name):
                standing[self._positions[name]].append(wanting)
        has_read = False
        for position, together in standing.items():
            page = await self.store.changes(position, PAGE, bodies=True)
            if page.rows or page.last_seq != position or await self._any_sync_ends(together):
                await self._take(page, together)
                has_read = has_read or bool(page.rows)
        return has_read

    async def _any_sync_ends(self, together: Sequence[Wanting]) -> bool:
        for each in together:
            if await self._reads_for_sync(each):
                return True
        return False

    async def _reads_for_sync(self, wanting: Wanting) -> bool:
        sync = await self.queue.sync_of(wanting.subscription.plugin_name)
        return sync is not None and sync.until is None

    async def _take(self, page: ChangePage, together: Sequence[Wanting]) -> None:
        notices = [notice for notice in map(notice_of, page.rows) if notice is not None]
        await trio.lowlevel.checkpoint()
        readings = []
        for wanting in together:
            news = await self._news(notices, wanting)
            name = wanting.subscription.plugin_name
            if self._is_worth_writing(name, page, news):
                version = wanting.subscription.annotation_version
                at_end = page.pending == 0
                readings.append(Reading(name, wanting.events, version, news, page.last_seq, at_end))
        if readings:
            made = await self.queue.take(readings)
            for name, count in made.items():
                if count:
                    self.on_new(name)
        for wanting in together:
            self._positions[wanting.subscription.plugin_name] = page.last_seq
        for reading in readings:
            if reading.at_end:
                self.on_new(reading.plugin_name)

    def _is_worth_writing(self, name: str, page: ChangePage, news: Sequence[News]) -> bool:
        unwritten = self._unwritten.get(name, 0) + len(page.rows)
        worth = bool(news) or unwritten >= _UNWRITTEN_ROWS or not page.rows
        self._unwritten[name] = 0 if worth else unwritten
        return worth

    async def _is_full(self, name: str) -> bool:
        pending = await self.queue.pending(name)
        if pending >= self.most_pending and name not in self._full:
            self._full.add(name)
            self.notices.observe(
                f"{FULL}:{name}",
                "warning",
                f"Too much waits for the plugin {name}",
                f"{pending:,} events wait for it. No more are read for it until less than {self.few_pending:,} do; "
                "nothing is lost, and other plugins are not slowed. Give it more workers if it can use them.",
            )
        elif pending < self.few_pending and name in self._full:
            self._full.discard(name)
            self.notices.clear(f"{FULL}:{name}")
        return name in self._full

    # --- what it means to one of them --------------------------------------------------------------------------------

    async def _news(self, notices: Sequence[Notice], wanting: Wanting) -> list[News]:
        events = wanting.events
        news = [_of_document(each) for each in notices if each.file is None and _is_heard(each, events)]
        if wanting.hears_of_files:
            news += await self._of_files(notices, wanting)
        if wanting.hears_of_accesses:
            news += await self._of_accesses([each for each in notices if each.family is ACCESS], wanting)
        return news

    async def _of_files(self, notices: Sequence[Notice], wanting: Wanting) -> list[News]:
        covers = wanting.covers
        gone = [_of_gone(each) for each in notices if each.family is FILE and each.gone]
        files = [each.file for each in notices if each.file is not None and not each.gone and covers(each.file)]
        if not files:
            return gone
        rules = await wanting.matched(files, self.store, self.clock())
        said = await self._annotations(files, wanting)
        wanted = [file for file in files if file.uuid in rules]
        return gone + [_of_file(file, rules[file.uuid], said.get(file.uuid, "unknown")) for file in wanted]

    async def _annotations(self, files: Sequence[FileFacts], wanting: Wanting) -> Mapping[str, Known]:
        """What a plugin in a full sync has said of files."""
        if not await self._reads_for_sync(wanting):
            return {}
        name, version = wanting.subscription.plugin_name, wanting.subscription.annotation_version
        found = await self.store.get_many([annotation_id(file.uuid, name) for file in files])
        return {
            file.uuid: _known(wire.noun_in(document, Annotation), file, version)
            for file, document in zip(files, found, strict=True)
        }

    async def _of_accesses(self, notices: Sequence[Notice], wanting: Wanting) -> list[News]:
        found = await self.store.get_many([file_id(each.subject) for each in notices])
        files = {
            notice.subject: facts
            for notice, document in zip(notices, found, strict=True)
            if document is not None and (facts := facts_in(notice.subject, document.body)) is not None
        }
        covered = [file for file in files.values() if wanting.covers(file)]
        rules = await wanting.matched(covered, self.store, self.clock())
        return [
            _of_access(each, files[each.subject], rules.get(each.subject))
            for each in notices
            if each.subject in files and not each.gone
        ]


def _is_heard(notice: Notice, events: frozenset[str]) -> bool:
    return notice.family not in (FILE, ACCESS) and not events.isdisjoint(notice.family.events)


def _of_document(notice: Notice) -> News:
    return News(notice.subject, notice.family, notice.gone, notice.rev, payload=notice.body)


def _of_gone(notice: Notice) -> News:
    file = notice.file
    if file is None:
        payload = msgspec.json.encode({"file_id": file_id(notice.subject)})
        return News(notice.subject, FILE, gone=True, payload=payload)
    return News(
        notice.subject,
        FILE,
        gone=True,
        stamp=file.stamp,
        path=file.path,
        node_id=file.node_id,
        payload=file.payload_text,
    )


def _of_file(file: FileFacts, rules: tuple[str, ...], known: Known) -> News:
    return News(
        file.uuid,
        FILE,
        gone=False,
        stamp=file.stamp,
        path=file.path,
        node_id=file.node_id,
        payload=file.payload_text,
        rules=rules,
        annotation=known,
    )


def _known(said: Annotation | None, file: FileFacts, version: int) -> Known:
    if said is None:
        return "absent"
    body = file.body
    return "current" if is_current(said, body.mtime, body.size, body.source.version, version) else "stale"


def _of_access(notice: Notice, file: FileFacts, rules: tuple[str, ...] | None) -> News:
    said = msgspec.json.decode(notice.body)
    told = {name: said.get(name) for name in ("last_access", "access_count")}
    return News(
        notice.subject,
        ACCESS,
        gone=False,
        path=file.path,
        node_id=file.node_id,
        payload=msgspec.json.encode({**file.payload, **told}),
        rules=rules or (),
        wanted=rules is not None,
    )
