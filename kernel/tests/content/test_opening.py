"""Whatever tier fails wherever, the bytes are those of the file, or the read is an error with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from kernel.tests.content.faulty import Fault, FaultyHandle, FaultyTier, PromptTier
from mosaicfs import wire
from mosaicfs.content.local import LocalContent
from mosaicfs.errors import (
    AccessRefusedError,
    DiskMissingError,
    EntryChangedError,
    EntryGoneError,
    MosaicError,
    PluginBrokenError,
    SourceUnavailableError,
    TimedOutError,
)
from mosaicfs.model.content import Opened
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.node import Node
from mosaicfs.model.role import CONTROL
from mosaicfs.model.tier import Handle, Offer, Tier
from mosaicfs_sdk.fakes.store import MemoryStore

FILE = "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f"
CONTENT = bytes(range(251)) * 7
FAULTS: list[Fault] = ["none", "refuse_open", "break_open", "other_size", "fail", "short", "long", "break"]


def file(size: int = len(CONTENT), *, node: str = "node-other", mtime: str = "2026-01-15T14:30:00.123456Z") -> File:
    place = FileSource(node_id=node, export_path="/d/report.pdf", export_parent="/d")
    return File(inode=1001, name="report.pdf", source=place, size=size, mtime=mtime, status="active")


async def written(store: MemoryStore, doc_id: str, noun: File | Node) -> None:
    found = await store.get(doc_id)
    document = Document(doc_id, found.rev if found else "", wire.encode(noun))
    (row,) = await store.write([document], writer=CONTROL)
    assert not row.error


async def content_of(tiers: Sequence[Tier], about: File | None = None) -> LocalContent:
    store = MemoryStore()
    await written(store, FILE, about or file())
    return LocalContent(store, "node-here", tiers=tiers)


async def test_the_cheapest_way_serves_and_the_others_are_left_alone() -> None:
    far, near = FaultyTier("far", 600, CONTENT), FaultyTier("near", 100, CONTENT)
    content = await content_of([far, near])
    opened = await content.open(FILE)
    assert (opened.tier, opened.size, await opened.read(10, 20)) == ("near", len(CONTENT), CONTENT[10:30])
    await opened.close()
    assert (near.opened, near.closed, far.opened) == (1, 1, 0)
    assert [way.tier for way in await content.ways(FILE)] == ["near", "far"]


@given(
    faults=st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(0, 5), st.booleans()), min_size=1, max_size=4),
    reads=st.lists(st.tuples(st.integers(0, len(CONTENT) + 5), st.integers(0, 600)), min_size=1, max_size=12),
)
def test_a_read_is_right_or_it_is_an_error(faults: list[tuple[Fault, int, bool]], reads: list[tuple[int, int]]) -> None:
    with capture_logs():
        trio.run(_read_through, faults, reads, clock=trio.testing.MockClock(autojump_threshold=0))


async def _read_through(faults: list[tuple[Fault, int, bool]], reads: list[tuple[int, int]]) -> None:
    tiers = [
        (PromptTier if is_prompt else FaultyTier)(f"tier{n}", 100 + n, CONTENT, fault, after)
        for n, (fault, after, is_prompt) in enumerate(faults)
    ]
    content = await content_of(tiers)
    right, wrong = [], []

    async def read(opened: Opened, offset: int, length: int) -> None:
        try:
            at_once = opened.glance(offset, length)
            right.append((offset, length, await opened.read(offset, length) if at_once is None else at_once))
        except MosaicError:
            wrong.append(offset)

    try:
        opened = await content.open(FILE)
    except MosaicError:
        assert all(fault in {"refuse_open", "break_open", "other_size"} for fault, _, _ in faults)
    else:
        async with trio.open_nursery() as nursery:
            for offset, length in reads:
                nursery.start_soon(read, opened, offset, length)
        if not opened.leave():
            await opened.close()
        assert not wrong or content.trouble(FILE)
        if any(fault == "none" for fault, _, _ in faults):
            assert not wrong
    assert all(found == CONTENT[offset : offset + length] for offset, length, found in right)
    assert all(tier.opened == tier.closed for tier in tiers)


async def test_what_is_at_hand_is_opened_read_and_closed_without_waiting(
    autojump_clock: trio.testing.MockClock,
) -> None:
    here = PromptTier("cache", 200, CONTENT)
    content = await content_of([FaultyTier("peer", 600, CONTENT), here])
    opened = await content.open(FILE)
    assert opened.glance(10, 20) == CONTENT[10:30]
    assert opened.leave()
    assert (opened.glance(10, 20), here.opened, here.closed) == (None, 1, 1)
    assert next(each for each in content.figures() if each.tier == "cache").reads == {"ok": 1}


async def test_nothing_is_read_at_once_of_a_document_that_has_changed() -> None:
    content = await content_of([])
    assert isinstance(content.store, MemoryStore)
    async with content.serving([PromptTier("cache", 200, CONTENT)]):
        await trio.testing.wait_all_tasks_blocked()
        opened = await content.open(FILE)
        assert opened.glance(0, 5) == CONTENT[:5]
        await written(content.store, FILE, file(mtime="2026-01-15T14:31:00.000000Z"))
        await trio.testing.wait_all_tasks_blocked()
        assert opened.glance(0, 5) is None
        with pytest.raises(EntryChangedError):
            await opened.read(0, 5)
        assert opened.leave()


async def test_what_comes_from_afar_is_never_opened_past_the_keeper() -> None:
    far, keeper = PromptTier("far", 600, CONTENT, worth_keeping=True), Keeping("cache", 900, CONTENT)
    opened = await (await content_of([far, keeper])).open(FILE)
    assert hasattr(keeper, "kept")
    await opened.close()


async def test_readers_who_fail_together_move_on_once() -> None:
    bad, good = FaultyTier("bad", 100, CONTENT, "fail", after=1), FaultyTier("good", 200, CONTENT)
    opened = await (await content_of([bad, good])).open(FILE)
    async with trio.open_nursery() as nursery:
        for offset in range(0, 1_000, 100):
            nursery.start_soon(opened.read, offset, 100)
    assert (good.opened, bad.closed, opened.tier) == (1, 1, "good")
    await opened.close()


async def test_what_the_owner_says_is_what_the_reader_hears() -> None:
    first = FaultyTier("mount", 300, CONTENT, "refuse_open")
    owner = FaultyTier("peer", 600, CONTENT, "refuse_open", error=lambda: AccessRefusedError("the file"))
    content = await content_of([first, owner])
    with pytest.raises(AccessRefusedError):
        await content.open(FILE)
    assert content.trouble(FILE) == "access_refused"
    owner.fault = "none"
    await (await content.open(FILE)).close()
    assert content.trouble(FILE) == ""


async def test_nobody_offers_so_it_is_said_who_should() -> None:
    content = await content_of([])
    assert isinstance(content.store, MemoryStore)
    node = Node(
        node_id="node-other",
        friendly_name="Laptop",
        platform="linux",
        version="0.1.0",
        status="offline",
        last_heartbeat="2026-03-20T07:04:00Z",
        vfs_capable=False,
        capabilities=(),
        watch_paths=(),
    )
    await written(content.store, node_doc_id("node-other"), node)
    with pytest.raises(SourceUnavailableError, match="Laptop is not available: it is offline, last heard of 2026"):
        await content.open(FILE)
    with pytest.raises(DiskMissingError):
        await (await content_of([], file(node="node-here"))).open(FILE)
    with pytest.raises(EntryGoneError):
        await content.open(FILE[:-1] + "0")


async def test_near_means_without_a_network() -> None:
    far = FaultyTier("far", 100, CONTENT, network=True)
    with pytest.raises(SourceUnavailableError):
        await (await content_of([far])).open(FILE, near=True)
    near = FaultyTier("near", 900, CONTENT)
    opened = await (await content_of([far, near])).open(FILE, near=True)
    assert opened.tier == "near"
    await opened.close()


class SlowService(FaultyTier):
    """A service that this machine answers for; its opening takes `opens_s`."""

    opens_s = 40.0

    async def offer(self, entry: Entry) -> Offer | None:
        return Offer(self.cost, network=True, is_ours=True, more_s=30.0)

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        await trio.sleep(self.opens_s)
        return await super().open(entry, offer)


async def test_what_this_machine_answers_for_is_near_and_may_take_longer(
    autojump_clock: trio.testing.MockClock,
) -> None:
    service = SlowService("service", 900, CONTENT)
    opened = await (await content_of([service])).open(FILE, near=True)
    assert await opened.read(0, 3) == CONTENT[:3]
    await opened.close()
    service.opens_s = 46.0
    with pytest.raises(TimedOutError, match="45 s"):
        await (await content_of([service])).open(FILE)


async def test_an_access_is_recorded_once_an_open_and_never_for_who_does_not_read() -> None:
    seen: list[str] = []
    content = await content_of([FaultyTier("near", 100, CONTENT)])
    content.record = seen.append
    await (await content.open(FILE)).close()
    await (await content.open(FILE, records=False)).close()
    assert seen == [FILE]


async def test_a_source_that_hangs_is_left_within_the_limit(autojump_clock: trio.testing.MockClock) -> None:
    hanging = FaultyTier("hanging", 100, CONTENT, "hang")
    opened = await (await content_of([hanging])).open(FILE)
    with pytest.raises(TimedOutError):
        await opened.read(0, 10)
    await opened.close()
    assert hanging.closed == 1


async def test_a_newer_document_is_opened_in_its_place() -> None:
    """The source changed a moment before its watcher told."""
    newer = CONTENT + b"more"
    tier = FaultyTier("near", 100, newer)
    content = await content_of([tier])
    assert isinstance(content.store, MemoryStore)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(written, content.store, FILE, file(len(newer), mtime="2026-01-15T14:31:00.000000Z")))
        opened = await content.open(FILE)
    assert await opened.read(0, 2_000) == newer
    await opened.close()


async def test_a_source_that_stays_another_version_is_not_served(autojump_clock: trio.testing.MockClock) -> None:
    content = await content_of([FaultyTier("near", 100, CONTENT + b"more")])
    with pytest.raises(EntryChangedError):
        await content.open(FILE)


async def test_what_is_open_fails_once_its_document_changes() -> None:
    tier = FaultyTier("peer", 600, CONTENT)
    content = await content_of([])
    assert isinstance(content.store, MemoryStore)
    async with content.serving([tier]):
        await trio.testing.wait_all_tasks_blocked()
        opened = await content.open(FILE)
        assert await opened.read(0, 5) == CONTENT[:5]
        await written(content.store, FILE, file(mtime="2026-01-15T14:31:00.000000Z"))
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(EntryChangedError):
            await opened.read(0, 5)
        await opened.close()


class Keeping(FaultyTier):
    """Remembers whom it was asked to keep."""

    kept: list[str]

    async def keep(self, entry: Entry, source: Handle) -> Handle:
        self.kept = [*getattr(self, "kept", []), entry.file_id]
        return source

    def here(self, entry: Entry) -> int:
        return 7


async def test_what_comes_from_afar_goes_through_the_keeper() -> None:
    keeper = Keeping("cache", 200, CONTENT, "refuse_open")
    far = FaultyTier("peer", 600, CONTENT, worth_keeping=True)
    content = await content_of([keeper, far])
    opened = await content.open(FILE)
    assert (keeper.kept, await opened.read(3, 4)) == ([FILE], CONTENT[3:7])
    await opened.close()
    assert far.closed == 1


async def test_a_tier_that_breaks_is_named() -> None:
    opened = await (await content_of([FaultyTier("odd", 100, CONTENT, "break")])).open(FILE)
    with pytest.raises(PluginBrokenError, match="The plugin odd failed"):
        await opened.read(0, 1)
    await opened.close()


async def test_what_each_tier_did_is_counted() -> None:
    bad, good = FaultyTier("bad", 100, CONTENT, "fail", after=1), FaultyTier("good", 200, CONTENT)
    content = await content_of([bad, good, FaultyTier("idle", 300, CONTENT)])
    opened = await content.open(FILE)
    for _ in range(3):
        await opened.read(0, 100)
    await opened.close()
    first, second = content.figures()
    assert (first.tier, first.reads, first.read_bytes) == ("bad", {"ok": 1, "source_offline": 1}, 100)
    assert (second.tier, second.reads, second.read_bytes) == ("good", {"ok": 2}, 200)
    assert (first.opens["+Inf"], second.opens["+Inf"]) == (1, 1)


class OwnTier(FaultyTier):
    """A file of this machine, which somebody may write while it is read."""

    differs: bool = False
    descriptor: int = -1

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        self.opened += 1
        return OwnHandle(self)


@dataclass(slots=True)
class OwnHandle(FaultyHandle):
    @property
    def differs(self) -> bool:
        assert isinstance(self.tier, OwnTier)
        return self.tier.differs

    def fd(self) -> int:
        assert isinstance(self.tier, OwnTier)
        return self.tier.descriptor


async def test_a_file_that_is_written_while_it_is_read_is_never_mixed_with_another_version() -> None:
    own, copy = OwnTier("local", 100, CONTENT), FaultyTier("copy", 500, CONTENT)
    opened = await (await content_of([own, copy])).open(FILE)
    assert await opened.read(0, 9) == CONTENT[:9]
    own.content, own.differs = CONTENT[::-1], True
    assert await opened.read(9, 9) == CONTENT[9:18]
    assert opened.tier == "copy"
    await opened.close()


async def test_who_reads_a_file_as_it_is_gets_no_other_copy_of_it_in_the_middle() -> None:
    newer = CONTENT[::-1] + b"more"
    own, copy = OwnTier("local", 100, newer, "fail", after=1), FaultyTier("copy", 500, CONTENT)
    own.differs = True
    opened = await (await content_of([own, copy])).open(FILE, live=True)
    assert (opened.size, await opened.read(0, 2_000)) == (len(newer), newer)
    with pytest.raises(SourceUnavailableError):
        await opened.read(0, 2_000)
    assert copy.opened == 0
    await opened.close()


async def test_the_descriptor_of_a_file_as_it_is_outlives_its_version_and_no_other_does(tmp_path: Path) -> None:
    """Without it, what was added since would be cut off: its handle has the size of before."""
    (tmp_path / "file").write_bytes(CONTENT)
    with (tmp_path / "file").open("rb") as real:
        tier = OwnTier("local", 100, CONTENT)
        tier.descriptor = real.fileno()
        content = await content_of([])
        assert isinstance(content.store, MemoryStore)
        async with content.serving([tier]):
            await trio.testing.wait_all_tasks_blocked()
            as_it_is, version = await content.open(FILE, live=True), await content.open(FILE)
            assert (as_it_is.fd(), version.fd()) == (real.fileno(), real.fileno())
            await written(content.store, FILE, file(len(CONTENT) + 4))
            await trio.testing.wait_all_tasks_blocked()
            assert (as_it_is.fd(), version.fd()) == (real.fileno(), None)
            await as_it_is.close()
            await version.close()
