"""When plugins are asked to crawl, and the index of this machine's files that crawls and watchers feed.

One crawl at a time; watching goes on meanwhile, and whatever either of them writes, it writes alone. What is decided
about files is in `indexing`; who asks for a crawl, and when, is the plugin's that watches the folders.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from time import time
from typing import Protocol, TypeAlias

import structlog
import trio

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.configuration import Settings
from mosaicfs.model.crawling import Change, CrawlEnd, Source
from mosaicfs.model.indexing import CrawlCounts, Hold
from mosaicfs.model.names import covers
from mosaicfs.model.notices import Notices
from mosaicfs.model.sink import Sink
from mosaicfs.model.standing import Standing
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock
from mosaicfs.services.indexing import describing, looking, rebuilding
from mosaicfs.services.indexing.brake import Brake
from mosaicfs.services.indexing.crawling import Crawl
from mosaicfs.services.indexing.deleting import Deleting, Missing
from mosaicfs.services.indexing.departing import Departing
from mosaicfs.services.indexing.holds import Held, Holds
from mosaicfs.services.indexing.identity import Folded, Known, fold, joined, real_path, seen_again
from mosaicfs.services.indexing.intake import AT_ONCE, Intake, Seen
from mosaicfs.services.indexing.memory import LastCrawl, Memory, open_memory
from mosaicfs.services.indexing.tally import Tally
from mosaicfs.services.indexing.told_facts import TellerOf, ToldFacts
from mosaicfs.services.indexing.turns import Turns

StillThere: TypeAlias = Callable[[Source, Sequence[str]], Awaitable[set[str]]]
"""Which of these files are there; raises `SourceUnavailableError` where that cannot be seen."""

LOCAL = "disk"
"""The lane of all watched folders; each backend has its own, so that a slow service keeps no disk waiting."""

log = structlog.get_logger(component="crawler")


class Crawling(Protocol):
    """What is needed of the plugin host."""

    async def crawl(self, source: Source, since: str | None, into: Sink) -> CrawlEnd | None: ...


@asynccontextmanager
async def open_indexing(
    store: Store,
    hooks: Crawling,
    *,
    memory_path: Path,
    node_id: str,
    settings: Settings,
    standing: Standing,
    notices: Notices,
    still_there: StillThere = looking.still_there,
    clock: Clock = time,
    teller_of: TellerOf = lambda source: None,
) -> AsyncIterator[Indexing]:
    """The index, ready to take in. What waits for the end of a rename when it closes is left to the next crawl."""
    info = await store.info()
    trouble: Exception | None = None
    async with open_memory(memory_path, f"{info.uuid}:{info.epoch}") as memory:
        intake = Intake(store, memory, node_id, standing, clock)
        holds = Holds(memory, notices)
        await rebuilding.recover(intake)
        await holds.load()
        async with trio.open_nursery() as nursery:
            index = Indexing(
                hooks,
                intake,
                holds,
                settings=settings,
                standing=standing,
                still_there=still_there,
                teller_of=teller_of,
            )
            nursery.start_soon(index.serve)
            try:
                yield index
            except Exception as raised:  # noqa: BLE001 - goes on below, not wrapped into a group by the nursery
                trouble = raised
            nursery.cancel_scope.cancel()
    if trouble is not None:
        raise trouble


class Indexing:
    """`model.indexing.Index` of one node."""

    def __init__(
        self,
        hooks: Crawling,
        intake: Intake,
        holds: Holds,
        *,
        settings: Settings,
        standing: Standing,
        still_there: StillThere,
        teller_of: TellerOf,
    ) -> None:
        self._hooks = hooks
        self._teller_of = teller_of
        self._intake = intake
        self._memory: Memory = intake.memory
        self._holds = holds
        self._settings = settings.crawl
        self._standing = standing
        self._still_there = still_there
        brake = Brake(settings.crawl.brake_fraction, settings.crawl.brake_min_files)
        self._deleting = Deleting(intake, holds, brake)
        self._writing = Turns()
        self._lanes: dict[str, trio.Lock] = {LOCAL: trio.Lock()}
        window_s = settings.watch.rename_window_ms / 1000
        self._departing = Departing(intake, self._deleting, self._writing, window_s)
        self._known_places: set[str] = set()
        self._tally: Tally | None = None
        self._crawls: dict[str, Crawl] = {}

    async def serve(self) -> None:
        """Settle what a watcher saw go, until cancelled."""
        await self._departing.serve()

    # --- crawl -------------------------------------------------------------------------------------------------

    async def crawl(self, source: Source) -> CrawlCounts:
        """One at a time of watched folders, which share a disk, and one of each backend beside."""
        is_local = source.backend == looking.DISK
        async with self._lanes.setdefault(LOCAL if is_local else source.prefix, trio.Lock()):
            async with self._writing:
                await rebuilding.recover(self._intake)
                await self._ready(source)
            last = await self._memory.last_crawl(source.prefix)
            tally = Tally(source.trigger, source.prefix, self._now(), last.seen if last else 0)
            tally.began = trio.current_time()
            if is_local:
                self._tally = tally
                self._tell(tally)
            try:
                end = await self._crawled(source, last, tally)
            finally:
                tally.end()
                if is_local:
                    self._tell(tally)
            tally.complete = end.complete
            ended = LastCrawl(end.cursor, self._now(), tally.seen)
            await self._intake.patiently(partial(self._memory.crawled, source.prefix, ended))
            return tally.counts

    async def _crawled(self, source: Source, last: LastCrawl | None, tally: Tally) -> CrawlEnd:
        known = self._deleting.known(source, await self._memory.count(source.prefix))
        is_for_watcher = source.trigger == "poll" and source.backend == looking.DISK
        crawl = Crawl(
            source,
            self._intake,
            self._deleting,
            turns=self._writing,
            settings=self._settings,
            tally=tally,
            known=known,
            on_seen=self._departing.seen,
            facts=self._facts_of(source),
            departing=self._departing if is_for_watcher else None,
        )
        self._crawls[source.prefix] = crawl
        try:
            # Of half a million files of a disk; a backend may be listed beside others that know theirs.
            async with self._memory.identities_later() if source.backend == looking.DISK else nullcontext():
                end = await self._beside((crawl.land, crawl.flush_in_time), partial(self._ask, source, last, crawl))
            for skipped in end.skipped:
                if skipped.reason == "name":
                    tally.skipped_names += 1
                else:
                    tally.unreadable += 1
            await crawl.conclude(end)
        finally:
            del self._crawls[source.prefix]
        return end

    def _facts_of(self, source: Source) -> ToldFacts:
        intake = self._intake
        return ToldFacts(intake.store, intake.memory, intake.node_id, self._teller_of(source), intake.clock)

    async def _beside(
        self, background: Iterable[Callable[[], Awaitable[None]]], work: Callable[[], Awaitable[CrawlEnd]]
    ) -> CrawlEnd:
        """The answer of `work`, or what it raised as it is. The background is not ended in the middle of a batch."""
        answer: CrawlEnd | None = None
        trouble: Exception | None = None

        async def foreground() -> None:
            nonlocal answer
            answer = await work()
            async with self._writing:
                nursery.cancel_scope.cancel()

        async def heard(part: Callable[[], Awaitable[None]]) -> None:
            nonlocal trouble
            try:
                await part()
            except Exception as raised:  # noqa: BLE001 - goes on below, not wrapped into a group by the nursery
                trouble = raised
                nursery.cancel_scope.cancel()

        async with trio.open_nursery() as nursery:
            for each in background:
                nursery.start_soon(heard, each)
            await heard(foreground)
        if trouble is not None:
            raise trouble
        assert answer is not None
        return answer

    async def _ask(self, source: Source, last: LastCrawl | None, crawl: Crawl) -> CrawlEnd:
        end = await self._hooks.crawl(source, last.cursor if last else None, crawl)
        if end is None:
            raise SourceUnavailableError(
                source.prefix, f"no plugin that is ready crawls sources of type {source.backend}"
            )
        return end

    async def _ready(self, source: Source) -> None:
        """Of a place that was never crawled from here the documents may know more than the memory."""
        if source.prefix not in self._known_places:
            await rebuilding.rebuild(self._intake, source)
            self._known_places.add(source.prefix)

    # --- watch -------------------------------------------------------------------------------------------------

    async def take(self, source: Source, changes: Sequence[Change]) -> None:
        """A deletion of a folder, or a file where a folder was, holds for all that was known below."""
        folded = fold(changes)
        async with self._writing:
            await self._ready(source)
            self._departing.vanished(folded.gone)
            taken = await self._intake.take(source, Seen(folded.seen, origins=folded.origins))
            self._departing.seen(folded.seen)
            await self._intake.patiently(partial(self._holds.seen, list(folded.seen)))
            gone = await self._gone(folded)
            self._departing.add(source, gone, taken.unsettled)
            await self._departing.settle_renames()
            self._disturb({*folded.seen, *folded.gone, *gone})

    async def _gone(self, folded: Folded) -> dict[str, Missing]:
        excluded = [path for path, change in folded.gone.items() if change.reason == "excluded"]
        below = await self._memory.under([*folded.seen, *(path for path in folded.gone if path not in excluded)])
        left_out = await self._memory.under(excluded)
        rows = await self._memory.known((), folded.gone)
        return {
            **{path: Missing(row) for path, row in below.items() if path not in folded.seen},
            **{path: Missing(row, "excluded") for path, row in left_out.items() if path not in folded.seen},
            **{path: Missing(row, folded.gone[path].reason) for path, row in rows.items() if not row.gone},
        }

    async def move_folder(self, source: Source, moved_from: str, moved_to: str) -> int:
        """Files whose path is not UTF-8 are left to the next crawl, which knows them by their inode."""
        moved = 0
        async with self._writing:
            await self._ready(source)
            for crawl in self._crawls.values():
                crawl.disturbed_below(moved_from)
                crawl.disturbed_below(moved_to)
            last: Known | None = None
            while rows := await self._memory.below(moved_from, most=AT_ONCE, after=last):
                last = rows[-1]
                changes = [_moved(row, moved_from, moved_to) for row in rows if "\n" not in row.face]
                origins = {change.export_path: change.moved_from or "" for change in changes}
                seen = Seen({change.export_path: change for change in changes}, origins=origins)
                taken = await self._intake.take(source, seen)
                self._departing.seen([*seen.files, *origins.values()])
                self._disturb([*seen.files, *origins.values()])
                left = await self._memory.known((), origins.values())
                self._departing.add(source, {path: Missing(row) for path, row in left.items() if not row.gone}, ())
                moved += taken.moved
            await self._intake.patiently(partial(self._holds.moved, moved_from))
            await self._intake.patiently(partial(self._memory.forget_folders, [moved_from]))
        return moved

    async def leave(self, source: Source, kept: Sequence[str] = ()) -> None:
        async with self._writing:
            await self._ready(source)
            rows = await self._memory.below(source.prefix)
            gone = (row for row in rows if not any(covers(path, row.path) for path in kept))
            missing = {row.path: Missing(row, "excluded") for row in gone}
            await self._deleting.delete(source, missing, self._deleting.known(source, len(rows)))
            self._disturb(missing)
            await self._intake.patiently(partial(self._memory.forget_folders, [source.prefix]))

    async def relearn(self) -> None:
        async with AsyncExitStack() as lanes:
            for lane in list(self._lanes.values()):
                await lanes.enter_async_context(lane)
            await lanes.enter_async_context(self._writing)
            await rebuilding.recover(self._intake)
            await self._intake.patiently(self._memory.forget_files)
            self._known_places.clear()

    # --- questions ---------------------------------------------------------------------------------------------

    async def count(self, source: Source) -> int:
        async with self._writing:
            await self._ready(source)
        return await self._memory.count(source.prefix)

    async def sample(self, source: Source, most: int) -> list[Change]:
        async with self._writing:
            await self._ready(source)
        return [seen_again(row, row.path) for row in await self._memory.sample(source.prefix, most)]

    @property
    def counts(self) -> CrawlCounts:
        return self._tally.counts if self._tally is not None else CrawlCounts()

    def holds(self) -> list[Hold]:
        return self._holds.all()

    async def confirm(self, hold_id: str) -> int:
        held = self._holds.get(hold_id)
        if held is None:
            return 0
        source = Source(name=held.path, backend=held.backend, node_id=self._intake.node_id, prefix=held.prefix)
        async with self._writing:
            rows = await self._memory.known((), held.files)
            there = await self._back(source, held, rows)
            missing = {
                path: Missing(row, held.files[path]) for path, row in rows.items() if path not in there and not row.gone
            }
            deleted = await self._deleting.delete_unheld(source, missing)
            await self._intake.patiently(partial(self._holds.over, hold_id))
            await self._intake.patiently(partial(self._memory.forget_folders, [source.prefix]))
            self._disturb(missing)
        return deleted

    # --- parts -------------------------------------------------------------------------------------------------

    async def _back(self, source: Source, held: Held, rows: Mapping[str, Known]) -> set[str]:
        """What is excluded goes although it is there."""
        asked = {real_path(row): path for path, row in rows.items() if held.files[path] == "gone"}
        there = await self._still_there(source, list(asked))
        return {asked[path] for path in there}

    def _disturb(self, paths: Iterable[str]) -> None:
        told = list(paths)
        for crawl in self._crawls.values():
            crawl.disturbed(told)

    def _now(self) -> str:
        return describing.now_text(self._intake.clock)

    def _tell(self, tally: Tally) -> None:
        """While it runs, whoever wants to know asks for `counts`."""
        counts = tally.counts
        troubled = counts.errors + counts.unreadable
        counters = {name: value for name, value in counts._asdict().items() if value is not None}
        if troubled:
            self._standing.tell("crawler", "degraded", f"{troubled} files or folders could not be indexed", counters)
        else:
            self._standing.tell("crawler", "healthy", counters=counters)


def _moved(row: Known, moved_from: str, moved_to: str) -> Change:
    path = row.path
    tail = path.removeprefix(moved_from.rstrip("/")).lstrip("/")
    return Change(action="move", export_path=joined(moved_to, tail), moved_from=path)
