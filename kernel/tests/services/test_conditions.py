"""Conditions as documents: when they are written, how often, and what ends them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread

import pytest
import trio
from msgspec import structs
from trio.testing import MockClock, wait_all_tasks_blocked

from mosaicfs import wire
from mosaicfs.errors import StoreFullError
from mosaicfs.model.document import Document, Written
from mosaicfs.model.ids import notification_id
from mosaicfs.model.notification import Notification, Remedy, Severity
from mosaicfs.model.role import CONTROL, UPSTREAM, Role
from mosaicfs.model.store import IdRange, Store
from mosaicfs.model.times import Clock
from mosaicfs.services.conditions import Conditions
from mosaicfs.services.revising import revise
from mosaicfs_sdk.fakes.store import MemoryStore

NODE = "node-attic"
KEY = "large_local_deletion:/srv/media"
WORDS: tuple[Severity, str, str] = ("warning", "Many files are gone", "300 of 1,000 are missing.")


@asynccontextmanager
async def running(conditions: Conditions, store: Store) -> AsyncIterator[None]:
    await conditions.load(store)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(conditions.run, store)
        yield
        nursery.cancel_scope.cancel()


async def notice(store: Store, key: str = KEY) -> Notification | None:
    found = await store.get(notification_id(NODE, key))
    if found is None:
        return None
    noun = wire.decode(found.id, found.body)
    assert isinstance(noun, Notification)
    return noun


async def status(store: Store, key: str = KEY) -> str:
    noun = await notice(store, key)
    return "" if noun is None else noun.status


async def until_written(store: Store) -> None:
    with trio.fail_after(10):
        while not await revision(store):
            await store.wait_until_changed("0", 0.1)


async def revision(store: Store, key: str = KEY) -> int:
    found = await store.get(notification_id(NODE, key))
    return int(found.rev.partition("-")[0]) if found else 0


@pytest.fixture
def conditions(wall_clock: Clock) -> Conditions:
    return Conditions(NODE, clock=wall_clock)


async def test_an_observation_is_a_document_at_once(
    conditions: Conditions, store: Store, autojump_clock: MockClock
) -> None:
    async with running(conditions, store):
        conditions.of("crawler").observe(KEY, *WORDS, [Remedy(label="Look", page="/nodes/node-attic")])
        await wait_all_tasks_blocked()
        noun = await notice(store)
    assert noun
    assert (noun.status, noun.severity, noun.condition_key) == ("active", "warning", KEY)
    assert (noun.source.node_id, noun.source.component) == (NODE, "crawler")
    assert noun.first_seen == "2040-01-02T09:20:00Z"
    assert noun.actions == (Remedy(label="Look", page="/nodes/node-attic"),)


async def test_ten_thousand_observations_in_a_minute_are_two_revisions(
    conditions: Conditions, store: Store, autojump_clock: MockClock
) -> None:
    crawler = conditions.of("crawler")
    async with running(conditions, store):
        for _ in range(100):
            for _ in range(100):
                crawler.observe(KEY, *WORDS)
            await trio.sleep(0.59)
        assert await revision(store) == 1
        await trio.sleep(2)
        assert await revision(store) == 2
        noun = await notice(store)
        assert noun
        assert noun.occurrence_count == 10_000


async def test_an_end_is_written_at_once_and_a_return_begins_anew(
    conditions: Conditions, store: Store, autojump_clock: MockClock
) -> None:
    crawler = conditions.of("crawler")
    async with running(conditions, store):
        for expected in ("active", "resolved", "active"):
            crawler.clear(KEY) if expected == "resolved" else crawler.observe(KEY, *WORDS)
            await trio.sleep(1)
            assert await status(store) == expected
            assert crawler.holds(KEY) is (expected == "active")
    assert await revision(store) == 3


async def test_the_end_of_what_never_held_writes_nothing(
    conditions: Conditions, store: Store, autojump_clock: MockClock
) -> None:
    async with running(conditions, store):
        conditions.of("crawler").clear(KEY)
        await trio.sleep(120)
    assert await revision(store) == 0


async def test_an_acknowledgement_stays_while_the_condition_goes_on(
    conditions: Conditions, store: Store, autojump_clock: MockClock
) -> None:
    def acknowledge(before: Notification | None) -> Notification | None:
        assert before
        return structs.replace(
            before, status="acknowledged", acknowledges=before.activated_at, acknowledged_at=before.activated_at
        )

    crawler = conditions.of("crawler")
    async with running(conditions, store):
        crawler.observe(KEY, *WORDS)
        await trio.sleep(1)
        await revise(store, notification_id(NODE, KEY), CONTROL, Notification, acknowledge)
        crawler.observe(KEY, *WORDS)
        await trio.sleep(61)
        assert await status(store) == "acknowledged"
        crawler.observe(KEY, "error", *WORDS[1:])
        await trio.sleep(1)
        assert await status(store) == "active"


async def test_a_condition_with_a_hold_time_is_raised_when_it_has_held(
    conditions: Conditions, store: Store, autojump_clock: MockClock
) -> None:
    crawler, key = conditions.of("crawler"), "watch_path_inaccessible:/mnt/usb"
    async with running(conditions, store):
        crawler.observe(key, *WORDS)
        await trio.sleep(59)
        crawler.clear(key)
        crawler.observe(key, *WORDS)
        await trio.sleep(59)
        assert await status(store, key) == ""
        await trio.sleep(2)
        assert await status(store, key) == "active"


async def test_what_is_not_observed_again_after_a_restart_ends(
    store: Store, wall_clock: Clock, autojump_clock: MockClock
) -> None:
    first = Conditions(NODE, clock=wall_clock)
    async with running(first, store):
        for key in ("a", "b", "marker_recommended:/mnt"):
            first.of("crawler").observe(key, *WORDS)
        first.of_plugin("exif").observe("c", *WORDS)
        await trio.sleep(1)
    second = Conditions(NODE, clock=wall_clock)
    async with running(second, store):
        crawler = second.of("crawler")
        assert crawler.holds("a")
        crawler.observe("a", *WORDS)
        await trio.sleep(301)
    found = {key: await status(store, key) for key in ("a", "b", "marker_recommended:/mnt", "plugin:exif:c")}
    assert found == {
        "a": "active",
        "b": "resolved",
        "marker_recommended:/mnt": "active",
        "plugin:exif:c": "active",
    }


async def test_what_a_lost_database_is_given_back_is_examined_too(
    store: Store, wall_clock: Clock, autojump_clock: MockClock
) -> None:
    """It began empty, and the first pull brings what this node said before."""
    before = Conditions(NODE, clock=wall_clock)
    elsewhere = MemoryStore()
    async with running(before, elsewhere):
        before.of("crawler").observe(KEY, *WORDS)
        await trio.sleep(1)
    now = Conditions(NODE, clock=wall_clock)
    now.of("crawler")
    async with running(now, store):
        given = await elsewhere.get(notification_id(NODE, KEY))
        assert given
        await store.write([given], writer=UPSTREAM, new_edits=False)
        await trio.sleep(299)
        assert await status(store) == "active"
        await trio.sleep(2)
        assert await status(store) == "resolved"


async def test_good_news_is_over_after_a_day(conditions: Conditions, store: Store, autojump_clock: MockClock) -> None:
    async with running(conditions, store):
        conditions.of("crawler").observe("first_crawl_complete", "info", "First crawl done", "120 files.")
        await trio.sleep(23 * 3600)
        assert await status(store, "first_crawl_complete") == "active"
        await trio.sleep(2 * 3600)
        assert await status(store, "first_crawl_complete") == "resolved"


async def test_good_news_lasts_its_day_over_a_restart(
    store: Store, wall_clock: Clock, autojump_clock: MockClock
) -> None:
    first = Conditions(NODE, clock=wall_clock)
    async with running(first, store):
        first.of_plugin("disk").observe("first_crawl_complete", "info", "First crawl complete", "120 files.")
        await trio.sleep(1)
    second = Conditions(NODE, clock=wall_clock)
    second.of("crawler")
    async with running(second, store):
        await trio.sleep(23 * 3600)
        assert await status(store, "first_crawl_complete") == "active"
        await trio.sleep(2 * 3600)
        assert await status(store, "first_crawl_complete") == "resolved"


async def test_keys_of_a_plugin_are_its_own(conditions: Conditions, store: Store, autojump_clock: MockClock) -> None:
    notices = conditions.of_plugin("exif")
    async with running(conditions, store):
        notices.observe("index_lag", *WORDS, [Remedy(label="Delete", api="DELETE /api/nodes/node-attic")])
        await trio.sleep(1)
        noun = await notice(store, "plugin:exif:index_lag")
    assert noun
    assert (noun.source.component, noun.actions) == ("plugin:exif", None)


async def test_a_plugin_of_ours_observes_conditions_of_ours(
    conditions: Conditions, store: Store, autojump_clock: MockClock
) -> None:
    async with running(conditions, store):
        conditions.of_plugin("disk").observe("inotify_limit_approaching", *WORDS)
        conditions.of_plugin("exif").observe("inotify_limit_approaching", *WORDS)
        await trio.sleep(1)
        noun = await notice(store, "inotify_limit_approaching")
        assert noun
        assert noun.source.component == "watcher"
        assert await status(store, "plugin:exif:inotify_limit_approaching") == "active"


@pytest.mark.allow_log("a notice of a plugin")
async def test_a_plugin_that_talks_nonsense_harms_nobody(
    conditions: Conditions, store: Store, autojump_clock: MockClock
) -> None:
    notices = conditions.of_plugin("exif")
    async with running(conditions, store):
        notices.observe("Not A Key", *WORDS)
        notices.clear("Not A Key")
        notices.observe("odd", "dreadful", *WORDS[1:])  # type: ignore[arg-type]  # what a stranger may do
        notices.observe("odd", "warning", None, 7)  # type: ignore[arg-type]  # as above
        await trio.sleep(1)
    assert await store.ids(IdRange(), 10) == []


async def test_a_plugin_holds_20_conditions_at_most(
    conditions: Conditions, store: Store, autojump_clock: MockClock
) -> None:
    notices = conditions.of_plugin("exif")
    async with running(conditions, store):
        for number in range(30):
            notices.observe(f"key{number}", *WORDS)
        await trio.sleep(1)
        assert len(await store.ids(IdRange(), 100)) == 20
        notices.clear("key0")
        await trio.sleep(1)
        notices.observe("key29", *WORDS)
        await trio.sleep(1)
        assert await status(store, "plugin:exif:key29") == "active"


async def test_beyond_200_only_errors_are_told_and_that_this_is_so(
    conditions: Conditions, store: Store, autojump_clock: MockClock
) -> None:
    crawler = conditions.of("crawler")
    async with running(conditions, store):
        for number in range(205):
            crawler.observe(f"large_local_deletion:/{number:03}", *WORDS)
        crawler.observe("sync_stalled:mail", "error", "No cycle", "For an hour.")
        await trio.sleep(1)
        assert await status(store, "sync_stalled:mail") == "active"
        assert await status(store, "too_many_notifications") == "active"
        assert await status(store, "large_local_deletion:/204") == ""
        for number in range(10):
            crawler.clear(f"large_local_deletion:/{number:03}")
        await trio.sleep(1)
        assert await status(store, "too_many_notifications") == "resolved"


class Full(MemoryStore):
    failures = 3

    async def write(self, docs: Sequence[Document], *, writer: Role, new_edits: bool = True) -> list[Written]:
        if self.failures:
            self.failures -= 1
            raise StoreFullError(Path("/var/lib/mosaicfs.db"))
        return await super().write(docs, writer=writer, new_edits=new_edits)


@pytest.mark.allow_log("notices wait for the store")
async def test_while_the_store_is_full_nothing_is_lost(conditions: Conditions, autojump_clock: MockClock) -> None:
    store, crawler = Full(), conditions.of("crawler")
    async with running(conditions, store):
        for _ in range(5):
            crawler.observe(KEY, *WORDS)
            crawler.clear(KEY)
            crawler.observe(KEY, *WORDS)
            await trio.sleep(0.5)
        await trio.sleep(60)
        noun = await notice(store)
    assert noun
    assert (noun.status, noun.occurrence_count) == ("active", 10)


async def test_what_was_told_before_there_was_a_store_is_written_too(
    conditions: Conditions, store: Store, autojump_clock: MockClock
) -> None:
    conditions.of_plugin("exif").observe("early", *WORDS)
    async with running(conditions, store):
        await trio.sleep(1)
        assert await status(store, "plugin:exif:early") == "active"


async def test_threads_may_observe_and_a_stop_writes_what_is_left(real_store: Store) -> None:
    conditions = Conditions(NODE)
    crawler = conditions.of("crawler")
    async with running(conditions, real_store):

        def observe_100_times() -> None:
            for _ in range(100):
                crawler.observe(KEY, *WORDS)

        thread = Thread(target=observe_100_times)
        thread.start()
        await trio.to_thread.run_sync(thread.join)
        await until_written(real_store)
        crawler.observe(KEY, *WORDS)
    await conditions.flush(real_store)
    noun = await notice(real_store)
    assert noun
    assert (noun.occurrence_count, noun.status) == (101, "active")


class LateStore(MemoryStore):
    """Answers some time after it has written."""

    def __init__(self) -> None:
        super().__init__()
        self.wrote = trio.Event()

    async def write(self, documents: Sequence[Document], *, writer: Role, new_edits: bool = True) -> list[Written]:
        rows = await super().write(documents, writer=writer, new_edits=new_edits)
        self.wrote.set()
        await trio.sleep(60)
        return rows


async def test_what_is_being_written_at_a_stop_is_counted_once(autojump_clock: MockClock) -> None:
    store, conditions = LateStore(), Conditions(NODE)
    async with running(conditions, store):
        conditions.of("crawler").observe(KEY, *WORDS)
        await store.wrote.wait()
    await conditions.flush(store)
    noun = await notice(store)
    assert noun
    assert noun.occurrence_count == 1
