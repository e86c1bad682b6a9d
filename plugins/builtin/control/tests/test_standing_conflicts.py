"""What the owner hears of conflicts that nobody ends."""

from __future__ import annotations

import pytest

from mosaicfs import Conditions
from mosaicfs.model.document import Document
from mosaicfs.model.ids import CONTROL_PLANE
from mosaicfs.model.notices import LastingNotices
from mosaicfs.model.role import UPSTREAM
from mosaicfs.model.store import Store
from mosaicfs_control.standing_conflicts import CONDITION, StandingConflicts
from mosaicfs_sdk.fakes.store import MemoryStore

OLD, YOUNG = "label_assignment::old", "label_assignment::young"
FIRST, SECOND = "1-" + "1" * 32, "1-" + "2" * 32


class Rig:
    def __init__(self) -> None:
        self.store: Store = MemoryStore()
        self.notices: LastingNotices = Conditions(CONTROL_PLANE).of(CONTROL_PLANE)
        self.now = 0.0
        self.start()

    def start(self) -> None:
        self.watch = StandingConflicts(self.store, self.notices, lambda: self.now)

    async def put(self, doc_id: str, rev: str, *, path: tuple[str, ...] = (), deleted: bool = False) -> None:
        name = rev.partition("-")[2]
        document = Document(doc_id, rev, b"{}", deleted=deleted, path=(name, *path))
        assert not (await self.store.write([document], writer=UPSTREAM, new_edits=False))[0].error

    async def split(self, doc_id: str) -> None:
        for rev in (FIRST, SECOND):
            await self.put(doc_id, rev)

    async def end(self, doc_id: str) -> None:
        await self.put(doc_id, "2-" + "3" * 32, path=("2" * 32,), deleted=True)

    async def holds_at(self, now: float) -> bool:
        self.now = now
        await self.watch.check()
        return self.notices.holds(CONDITION)


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_one_that_stays_is_told_until_somebody_has_chosen(rig: Rig) -> None:
    await rig.split(OLD)
    assert [await rig.holds_at(at) for at in (0, 300, 301, 900)] == [False, False, True, True]
    await rig.split(YOUNG)
    await rig.end(OLD)
    assert [await rig.holds_at(at) for at in (960, 1200, 1261)] == [False, False, True]
    await rig.end(YOUNG)
    assert not await rig.holds_at(1320)


async def test_one_that_passes_is_not_told(rig: Rig) -> None:
    await rig.split(OLD)
    assert not await rig.holds_at(0)
    await rig.end(OLD)
    assert not await rig.holds_at(200)
    await rig.split(YOUNG)
    assert not await rig.holds_at(400)


async def test_after_a_start_nothing_is_taken_back_before_it_is_known(rig: Rig) -> None:
    await rig.split(OLD)
    await rig.holds_at(0)
    assert await rig.holds_at(301)
    rig.start()
    assert [await rig.holds_at(at) for at in (310, 500, 620)] == [True, True, True]
    await rig.end(OLD)
    rig.start()
    assert not await rig.holds_at(630)
