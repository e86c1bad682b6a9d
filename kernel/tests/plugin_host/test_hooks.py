"""The typed hooks: what each makes of signs of life, of streams, of faces and of tiers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from mosaicfs.errors import EntryUnreadableError, SourceUnavailableError, TimedOutError
from mosaicfs.model.crawling import Change, CrawlEnd, Source
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.stream import ByteStream
from mosaicfs.plugin_host.host import PluginHost
from mosaicfs_sdk.fakes.kernel import FakeKernel, FakePlaces

MakeHost = Callable[..., PluginHost]

DISK = Source(name="docs", backend="disk", node_id="node-laptop", prefix="/docs")

BYTES = """
@hookimpl
async def materialize(entry, span):
    async def pieces():
        yield {!r}
    return pieces()
"""


async def whole(stream: ByteStream | None) -> bytes:
    assert stream is not None
    try:
        return b"".join([piece async for piece in stream])
    finally:
        await stream.aclose()


# --- crawl: signs of life ----------------------------------------------------------------------------------------


class Received:
    def __init__(self, takes_s: float = 0) -> None:
        self.changes: list[Change] = []
        self.takes_s = takes_s

    async def send(self, change: Change) -> None:
        await trio.sleep(self.takes_s)
        self.changes.append(change)

    def progress(self) -> None: ...


CRAWL = """
from mosaicfs.model.crawling import Change, CrawlEnd
@hookimpl
async def crawl(source, into):
    for place in range(4):
        await trio.sleep({pause})
        {sign}
    return CrawlEnd(complete=True)
"""
SEND = 'await into.send(Change(action="create", export_path=f"/docs/{place}"))'


@pytest.mark.parametrize("sign", [SEND, "into.progress()"])
async def test_a_crawl_that_shows_life_has_time(
    host: MakeHost, autojump_clock: trio.testing.MockClock, sign: str
) -> None:
    found = host({"disk": CRAWL.format(pause=299, sign=sign)})
    assert await found.hooks.crawl(DISK, None, Received()) == CrawlEnd(complete=True)


async def test_the_wait_for_a_slow_database_is_not_the_plugins(
    host: MakeHost, autojump_clock: trio.testing.MockClock
) -> None:
    found, into = host({"disk": CRAWL.format(pause=1, sign=SEND)}), Received(takes_s=1000)
    assert await found.hooks.crawl(DISK, None, into) == CrawlEnd(complete=True)
    assert len(into.changes) == 4


@pytest.mark.allow_log("no answer within 300 s")
async def test_a_crawl_without_a_sign_is_cut_and_never_complete(
    host: MakeHost, autojump_clock: trio.testing.MockClock
) -> None:
    with pytest.raises(TimedOutError):
        await host({"disk": CRAWL.format(pause=301, sign=SEND)}).hooks.crawl(DISK, None, Received())


# --- materialize: exactly the bytes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "sent"),
    [(Span(), b"0123456789"), (Span(2, 3), b"234"), (Span(8, 100), b"89"), (Span(10), b""), (Span(99, 5), b"")],
)
async def test_an_exact_stream_passes(host: MakeHost, entry: Entry, span: Span, sent: bytes) -> None:
    assert await whole(await host({"a": BYTES.format(sent)}).hooks.materialize(entry, span)) == sent


@pytest.mark.allow_log("it sent 4 bytes less|it sent more bytes")
@pytest.mark.parametrize(("sent", "trouble"), [(b"012345", "4 bytes less"), (b"0123456789X", "more bytes")])
async def test_a_stream_of_another_length_never_ends_as_success(
    host: MakeHost, entry: Entry, sent: bytes, trouble: str
) -> None:
    found = host({"a": BYTES.format(sent)})
    with pytest.raises(EntryUnreadableError, match=trouble):
        await whole(await found.hooks.materialize(entry, Span()))
    assert trouble in found.items()[0].reason


@pytest.mark.allow_log("plugin failed|plugin rests")
async def test_a_plugin_that_always_sends_too_little_is_not_asked_for_ever(host: MakeHost, entry: Entry) -> None:
    found = host({"a": BYTES.format(b"short")})
    for _ in range(5):
        with pytest.raises(EntryUnreadableError):
            await whole(await found.hooks.materialize(entry, Span()))
    assert await found.hooks.materialize(entry, Span()) is None
    assert found.items()[0].standing == "failing"


STALLS = """
closed = trio.Event()
@hookimpl
async def materialize(entry):
    async def pieces():
        try:
            yield b"01234"
            {then}
        finally:
            closed.set()
    return pieces()
"""


@pytest.mark.allow_log("no answer within 30 s")
async def test_a_stream_that_stops_coming_is_not_waited_for(
    host: MakeHost, entry: Entry, autojump_clock: trio.testing.MockClock
) -> None:
    found = host({"a": STALLS.format(then="await trio.sleep_forever()")})
    with pytest.raises(TimedOutError):
        await whole(await found.hooks.materialize(entry, Span()))


async def test_an_error_of_the_source_in_the_middle_is_that_error(host: MakeHost, entry: Entry) -> None:
    found = host({"a": STALLS.format(then="raise SourceUnavailableError('drive')")})
    with pytest.raises(SourceUnavailableError, match="drive"):
        await whole(await found.hooks.materialize(entry, Span()))


async def test_closing_early_closes_the_stream_of_the_plugin(host: MakeHost, entry: Entry) -> None:
    found = host({"a": STALLS.format(then="await trio.sleep_forever()")})
    stream = await found.hooks.materialize(entry, Span())
    assert stream is not None
    assert await anext(aiter(stream)) == b"01234"
    await stream.aclose()
    module: Any = found.loading.loaded[0].module
    assert module.closed.is_set()


# --- serve -------------------------------------------------------------------------------------------------------

SERVE = """
PLUGIN = PluginInfo(name="{name}", title="", summary="", version="1", api=1, duty="server")
@hookimpl
async def serve(kernel, started):
    {body}
"""


class Facts:
    def __init__(self) -> None:
        self.told: dict[str, str] = {}

    def __call__(self, **facts: str) -> None:
        self.told = facts


async def test_a_face_that_has_started_may_run_for_ever(host: MakeHost, autojump_clock: trio.testing.MockClock) -> None:
    body = "started(url='http://127.0.0.1:8440'); await trio.sleep_forever()"
    found, facts = host({"web": SERVE.format(name="web", body=body)}), Facts()
    assert found.hooks.faces("server") == ["web"]
    assert found.hooks.faces("mount") == []
    kernel: Any = object()
    with trio.move_on_after(3600) as scope:
        await found.hooks.serve("web", kernel, facts)
    assert scope.cancelled_caught
    assert facts.told == {"url": "http://127.0.0.1:8440"}


@pytest.mark.allow_log("no answer within 30 s")
async def test_a_face_must_start_in_time(host: MakeHost, autojump_clock: trio.testing.MockClock) -> None:
    kernel: Any = object()
    with pytest.raises(TimedOutError):
        await host({"web": SERVE.format(name="web", body="await trio.sleep_forever()")}).hooks.serve(
            "web", kernel, Facts()
        )


# --- tiers -------------------------------------------------------------------------------------------------------

TIER = """
class Tier:
    name, cost = "{name}", {cost}
    async def offer(self, entry): ...
    async def open(self, entry, offer): ...
@hookimpl
async def tier(): return Tier()
"""
READING = """
class Reading:
    name, cost = "short", 5
    async def read(self, entry, span):
        async def pieces():
            yield b"0123456789"[span.offset:span.offset + span.length]{cut}
        return pieces()
@hookimpl
async def tier(): return Reading()
"""


@pytest.fixture
def kernel(tmp_path: Path) -> FakeKernel:
    return FakeKernel(FakePlaces(tmp_path / "ours"))


@pytest.mark.allow_log("plugin failed.*'broken'")
async def test_tiers_come_cheapest_first_and_a_broken_one_is_left_out(host: MakeHost, kernel: FakeKernel) -> None:
    found = host(
        {
            "far": TIER.format(name="far", cost=300),
            "near": TIER.format(name="near", cost=10),
            "broken": "@hookimpl\nasync def tier(): 1 / 0",
            "none": "@hookimpl\nasync def tier(): return None",
        }
    )
    assert [tier.name for tier in await found.hooks.tier(kernel)] == ["near", "far"]


async def test_a_tier_that_can_only_read_is_opened_by_reading(host: MakeHost, kernel: FakeKernel, entry: Entry) -> None:
    (tier,) = await host({"short": READING.format(cut="")}).hooks.tier(kernel)
    offer = await tier.offer(entry)
    assert offer is not None
    assert offer.cost == 5
    handle = await tier.open(entry, offer)
    assert [await handle.read(*span) for span in [(0, 10), (3, 4), (8, 99), (10, 1)]] == [
        b"0123456789",
        b"3456",
        b"89",
        b"",
    ]
    await handle.close()


async def test_a_short_read_of_such_a_tier_is_an_error(host: MakeHost, kernel: FakeKernel, entry: Entry) -> None:
    (tier,) = await host({"short": READING.format(cut="[:2]")}).hooks.tier(kernel)
    offer = await tier.offer(entry)
    assert offer is not None
    handle = await tier.open(entry, offer)
    with pytest.raises(EntryUnreadableError, match="gave 2 of 10 bytes"):
        await handle.read(0, 10)
