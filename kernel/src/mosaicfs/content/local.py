"""The content of one process: its tiers, what is open through them, and why the last try of a file failed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
import trio

from mosaicfs.content.bringing import Bringing
from mosaicfs.content.figures import Counted
from mosaicfs.content.offering import Offered, Offers, Tiers
from mosaicfs.content.opening import OpenedFile
from mosaicfs.errors import (
    DiskMissingError,
    EntryChangedError,
    EntryGoneError,
    MosaicError,
    SourceUnavailableError,
)
from mosaicfs.model.content import Opened, TierFigures, Way
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry, entry_of
from mosaicfs.model.file import File
from mosaicfs.model.filling import is_own
from mosaicfs.model.ids import node_doc_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Node
from mosaicfs.model.pin import PinState
from mosaicfs.model.retry import wait_after
from mosaicfs.model.store import Store
from mosaicfs.model.tier import Fetches, Pins, Reports, Tier, Works
from mosaicfs.wire import noun_in

NEWER_S = 2.0
"""How long an open waits for the document of a file that has just changed."""

MOST_TROUBLES = 10_000
LOOK_S = 60.0
PAUSE_S = 0.1

_log = structlog.get_logger(component="content")


async def _never() -> bool:
    await trio.lowlevel.checkpoint()
    return False


@dataclass(slots=True)
class LocalContent:
    """`record` is told of each file that somebody reads, `metered` asked before something comes that nobody asked for.
    There are no tiers before `serving` has been entered.
    """

    store: Store
    node_id: str
    record: Callable[[str], None] = lambda file_id: None
    tiers: Sequence[Tier] = ()
    metered: Callable[[], Awaitable[bool]] = _never
    _open: dict[str, set[OpenedFile]] = field(default_factory=dict)
    _troubles: OrderedDict[str, str] = field(default_factory=OrderedDict)
    _counted: dict[str, Counted] = field(default_factory=dict)
    _able: Tiers = field(default_factory=lambda: Tiers(()))
    _bringing: Bringing = field(init=False)

    def __post_init__(self) -> None:
        self._bringing = Bringing(self._tiers)

    @asynccontextmanager
    async def serving(self, tiers: Sequence[Tier]) -> AsyncIterator[None]:
        """With what the tiers have to do beside, and what is opened watched for changes."""
        self.tiers = tiers
        async with trio.open_nursery() as nursery:
            for tier in tiers:
                if isinstance(tier, Works):
                    nursery.start_soon(_keep_working, tier.name, tier.work)
            nursery.start_soon(_keep_working, "changes", self._watch)
            yield
            nursery.cancel_scope.cancel()

    async def open(
        self, file_id: str, *, records: bool = True, live: bool = False, near: bool = False, brief: bool = False
    ) -> Opened:
        if not near:
            await self._bringing.wait(file_id)
        entry = await self._entry(file_id)
        try:
            opened = await self._opened(entry, live=live, near=near, brief=brief)
        except EntryChangedError:
            newer = await self._newer(entry)
            if newer is None:
                raise
            opened = await self._opened(newer, live=live, near=near, brief=brief)
        self._troubles.pop(file_id, None)
        if records:
            self.record(file_id)
        return opened

    async def open_to_keep(self, entry: Entry) -> OpenedFile:
        """All that is read of it stays on this machine, whatever tier it comes from. Nobody reads, so it is no access.

        `EntryChangedError` where its document speaks of another version by now.
        """
        found = await self._entry(entry.file_id)
        if _version(found) != _version(entry):
            raise EntryChangedError(entry.file_id)
        return await self._opened(found, live=False, near=False, keeps=True)

    async def bring(self, entries: Sequence[Entry]) -> Collection[str]:
        return await self._bringing.bring(entries)

    async def bring_ahead(self, file_ids: Sequence[str]) -> Collection[str]:
        if not file_ids or await self.metered():
            return ()
        found = [_active(each) for each in await self.store.get_many(file_ids)]
        return await self.bring([each for each in found if each is not None and not is_own(each, self.node_id)])

    async def ways(self, file_id: str) -> list[Way]:
        entry = await self._entry(file_id)
        return [_way(each) for each in await Offers(self._tiers(), entry).all()]

    def here(self, entry: Entry) -> int:
        if entry.node_id == self.node_id and entry.backend is None:
            return entry.size
        keeper = self._tiers().keeper
        return 0 if keeper is None else keeper.here(entry)

    def pin_state(self, entry: Entry) -> PinState:
        pins = self.pins
        if pins is None:
            return "none"
        state = pins.pin_state(entry)
        return "kept" if state != "none" and is_own(entry, self.node_id) else state

    def fetching(self, entry: Entry) -> bool:
        keeper: object = self._tiers().keeper
        return isinstance(keeper, Fetches) and keeper.fetching(entry)

    @property
    def pins(self) -> Pins | None:
        """Whoever keeps what is pinned on this machine, if anybody does."""
        return self._tiers().pins

    def trouble(self, file_id: str) -> str:
        return self._troubles.get(file_id, "")

    def report(self) -> JsonObject:
        return {tier.name: tier.report() for tier in self.tiers if isinstance(tier, Reports)}

    def figures(self) -> list[TierFigures]:
        return [counted.figures() for counted in self._counted.values()]

    # --- opening -------------------------------------------------------------------------------------------------

    async def _entry(self, file_id: str) -> Entry:
        entry = _active(await self.store.get(file_id))
        if entry is None:
            raise EntryGoneError(file_id)
        return entry

    async def _opened(
        self, entry: Entry, *, live: bool, near: bool, keeps: bool = False, brief: bool = False
    ) -> OpenedFile:
        tiers = self._tiers()
        offers = Offers(tiers, entry, near=near)
        first = await offers.next()
        if first is None:
            error = await self._nowhere(entry)
            self._failed(entry.file_id, error)
            raise error
        keeper = None if brief else tiers.keeper
        opened = OpenedFile(entry, offers, keeper, live, self._count, self._failed, self._closed, keeps)
        self._open.setdefault(entry.file_id, set()).add(opened)
        try:
            await opened.open(first)
        except BaseException:
            self._closed(opened)
            raise
        return opened

    def _closed(self, opened: OpenedFile) -> None:
        known = self._open.get(opened.entry.file_id)
        if known is not None:
            known.discard(opened)
            if not known:
                del self._open[opened.entry.file_id]

    def _failed(self, file_id: str, error: MosaicError) -> None:
        self._troubles[file_id] = error.reason
        self._troubles.move_to_end(file_id)
        if len(self._troubles) > MOST_TROUBLES:
            self._troubles.popitem(last=False)

    def _count(self, tier: str) -> Counted:
        found = self._counted.get(tier)
        if found is None:
            found = self._counted[tier] = Counted(tier)
        return found

    def _tiers(self) -> Tiers:
        if self._able.given is not self.tiers:
            self._able = Tiers(self.tiers)
        return self._able

    async def _nowhere(self, entry: Entry) -> MosaicError:
        """Nobody offers it: who should have it, and what is known of that one."""
        if entry.node_id == self.node_id:
            return DiskMissingError(entry.export_path)
        node = noun_in(await self.store.get(node_doc_id(entry.node_id)), Node)
        if node is None:
            return SourceUnavailableError(entry.node_id, "no such node is known here any more")
        if node.status != "online":
            return SourceUnavailableError(
                node.friendly_name, f"it is {node.status}, last heard of {node.last_heartbeat}"
            )
        return SourceUnavailableError(node.friendly_name, "it hands out no files, and no other copy is known")

    async def _newer(self, entry: Entry) -> Entry | None:
        """Another version, if one comes within a moment: whoever watches the source may be about to write it."""
        with trio.move_on_after(NEWER_S):
            while True:
                since = (await self.store.info()).update_seq
                found = _active(await self.store.get(entry.file_id))
                if found is None:
                    raise EntryGoneError(entry.file_id)
                if _version(found) != _version(entry):
                    return found
                await self.store.wait_until_changed(since, NEWER_S)
        return None

    # --- changes of what is open -----------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """By a look at what is open, for that is little; half a million changes are not read for it."""
        while True:
            since = (await self.store.info()).update_seq
            await self._compare_open()
            await self.store.wait_until_changed(since, LOOK_S)
            await self._compare_open()
            await trio.sleep(PAUSE_S)

    async def _compare_open(self) -> None:
        ids = list(self._open)
        for file_id, document in zip(ids, await self.store.get_many(ids) if ids else (), strict=True):
            found = _active(document)
            for opened in self._open.get(file_id, set()):
                if found is None or _version(found) != _version(opened.entry):
                    opened.stale = True


async def _keep_working(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """A tier that fails beside its reads is started again; its reads go on."""
    failures = 0
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever a tier stumbles over, the reader may have another
            failures += 1
            _log.warning("a tier fell over", tier=name, attempt=failures, exc_info=error)
        else:
            return
        await trio.sleep(wait_after(failures))


def _way(offered: Offered) -> Way:
    offer = offered.offer
    return Way(tier=offered.tier.name, cost=offer.cost, network=offer.network, reason=offer.reason, where=offer.where)


def _active(found: Document | None) -> Entry | None:
    file = noun_in(found, File)
    return None if found is None or file is None or file.status != "active" else entry_of(found.id, file)


def _version(entry: Entry) -> tuple[int, str, str | None]:
    return entry.size if entry.size_known else 0, entry.mtime, entry.version
